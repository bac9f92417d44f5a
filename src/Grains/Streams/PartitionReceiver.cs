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

    public async Task<IList<IBatchContainer>> GetQueueMessagesAsync(int maxCount)
    {
        if (_partition is not { } partition)
        {
            return [];
        }

        var batches = await partition.TakeArrivedAsync(maxCount <= 0 ? int.MaxValue : maxCount, Patience);
        return batches.ConvertAll<IBatchContainer>(batch => batch);
    }

    // Settlement does not go this way: the router settles each message by itself.
    public Task MessagesDeliveredAsync(IList<IBatchContainer> messages) => Task.CompletedTask;

    public Task Shutdown(TimeSpan timeout) => Interlocked.Exchange(ref _partition, null)?.LeaveAsync() ?? Task.CompletedTask;
}
