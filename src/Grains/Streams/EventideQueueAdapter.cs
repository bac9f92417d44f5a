using Orleans.Runtime;
using Orleans.Streams;

namespace Eventide.Orleans;

/// <summary>One of Eventide's queues as an Orleans queue adapter. It only reads: messages are sent to the queue itself.</summary>
internal sealed class EventideQueueAdapter(string name, SiloQueue? queue, int batchSize) : IQueueAdapter, IQueueAdapterCache
{
    private readonly Dictionary<QueueId, PartitionReceiver> _receivers = [];

    public string Name => name;

    public bool IsRewindable => false;

    public StreamProviderDirection Direction => StreamProviderDirection.ReadOnly;

    public Task QueueMessageBatchAsync<T>(StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext) =>
        throw new NotSupportedException($"The streams of {name} only carry messages from their queue; send to the queue itself.");

    public IQueueAdapterReceiver CreateReceiver(QueueId queueId)
    {
        var receiver = new PartitionReceiver(queue!, (int)queueId.GetNumericId());
        lock (_receivers)
        {
            _receivers[queueId] = receiver;
        }

        return receiver;
    }

    // Asked for before the receiver: the partition is looked up when it is needed.
    public IQueueCache CreateQueueCache(QueueId queueId) => new PartitionCache(
        () =>
        {
            lock (_receivers)
            {
                return _receivers.TryGetValue(queueId, out var receiver) ? receiver.Partition : null;
            }
        },
        batchSize);
}
