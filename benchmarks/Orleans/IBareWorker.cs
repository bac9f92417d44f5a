using Orleans;

namespace Eventide.Orleans.Benchmarks;

public interface IBareWorker : IGrainWithIntegerKey
{
    Task RunAsync();
}
