using Orleans.Runtime;
using Orleans.Streams;

namespace Eventide.Orleans;

/// <summary>The partitions of a queue, as Orleans' stream queues.</summary>
internal sealed class PartitionMapper(SiloQueue? queue) : IStreamQueueMapper
{
    private readonly QueueId[] _all = queue is null ? [] :
    [
        .. Enumerable.Range(0, queue.Partitions)
            .Select(i => QueueId.GetQueueId(queue.Name, (uint)i, (uint)(uint.MaxValue / (ulong)queue.Partitions * (ulong)i))),
    ];

    public IEnumerable<QueueId> GetAllQueues() => _all;

    // Nothing is published through the provider: it is asked for streams' queues by nobody but a producer.
    public QueueId GetQueueForStream(StreamId streamId) => _all[(int)((uint)streamId.GetHashCode() % (uint)_all.Length)];
}
