using Orleans.Runtime;
using Orleans.Streams;

namespace Eventide.Orleans;

/// <summary>The stream cache of one partition, emptied as it is delivered. It does not replay, since a message that was not settled
/// comes again from its queue, and it carries no settlement. Bounded by its partition, which receives no more than what there is
/// room for.</summary>
internal sealed class PartitionCache(Func<Partition?> partition, int batchSize) : IQueueCache
{
    private readonly Queue<PartitionBatch> _waiting = new();
    private long _sequence;

    public int GetMaxAddCount() => batchSize;

    public bool IsUnderPressure() => false;

    public void AddToCache(IList<IBatchContainer> messages)
    {
        foreach (var message in messages)
        {
            _waiting.Enqueue((PartitionBatch)message);
        }
    }

    public bool TryPurgeFromCache([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out IList<IBatchContainer> purgedItems)
    {
        purgedItems = null;
        return false;
    }

    // A partition has one stream.
    public IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken? token) => new PartitionCursor(this);

    /// <summary>Takes all that waits, up to a batch; what was withdrawn meanwhile is left out.</summary>
    public PartitionBatch? Take()
    {
        PartitionBatch? taken = null;
        while (_waiting.TryPeek(out var next) && (taken is null || taken.Count + next.Count <= batchSize))
        {
            _waiting.Dequeue();
            next.Items.RemoveAll(item => item.Local!.State != Delivery.Stage.Buffered);
            if (next.Count == 0)
            {
                continue;
            }

            foreach (var item in next.Items)
            {
                item.Local!.HandedOut = true;
            }

            if (taken is null)
            {
                taken = next;
            }
            else
            {
                taken.Append(next);
            }
        }

        taken?.Number(++_sequence);
        return taken;
    }

    /// <summary>The agent has given up bringing a batch to its router: what no router has goes back to the queue.</summary>
    public void GiveBack(PartitionBatch batch)
    {
        if (partition() is { } owner)
        {
            batch.Items.ForEach(item =>
            {
                if (item.Local is { Accepted: false } delivery)
                {
                    owner.Withdraw(delivery);
                }
            });
        }
    }
}
