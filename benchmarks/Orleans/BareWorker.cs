using Orleans;
using Orleans.Concurrency;

namespace Eventide.Orleans.Benchmarks;

[StatelessWorker(10_000)]
public sealed class BareWorker : Grain, IBareWorker
{
    public Task RunAsync() => Task.CompletedTask;
}
