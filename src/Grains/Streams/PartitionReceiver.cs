using Orleans.Streams;

namespace Eventide.Orleans;

/// <summary>The pulling agent's view of a partition.</summary>
internal sealed class PartitionReceiver(SiloQueue queue, int index) : IQueueAdapterReceiver
{
    // Short: an agent that is told to stop finishes its call first.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private Partition? _partition;

    public Partition? Partition => _partition;

    public Task Initialize(TimeSpan timeout)
    {
        _partition = queue.Open(index);
        return Task.CompletedTask;
    }

    public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount) =>
        _partition is { } partition && await partition.TakeArrivedAsync(maxCount <= 0 ? int.MaxValue : maxCount, Patience) is { } batch ? [batch] : [];

    // Settlement does not go this way: the engine settles each message by itself.
    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

    public Task Shutdown(TimeSpan timeout) => Interlocked.Exchange(ref _partition, null)?.LeaveAsync() ?? Task.CompletedTask;
}
