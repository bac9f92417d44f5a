using Orleans.Runtime;
using Orleans.Streams;

namespace Eventide.Orleans;

/// <summary>The stream cache of one partition: a queue a stream, emptied as it is delivered. It does not replay, since a message that
/// was not settled comes again from its queue, and it carries no settlement. Bounded by its partition, which receives no more
/// than what there is room for.</summary>
internal sealed class LaneCache(Func<Partition?> partition, int batchSize) : IQueueCache
{
    private readonly Dictionary<StreamId, Queue<LaneBatch>> _streams = [];
    private long _sequence;

    public int GetMaxAddCount() => batchSize;

    public bool IsUnderPressure() => false;

    public void AddToCache(IList<IBatchContainer> messages)
    {
        foreach (var message in messages)
        {
            var batch = (LaneBatch)message;
            Of(batch.StreamId).Enqueue(batch);
        }
    }

    public bool TryPurgeFromCache([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out IList<IBatchContainer> purgedItems)
    {
        purgedItems = null;
        return false;
    }

    public IQueueCacheCursor GetCacheCursor(StreamId streamId, StreamSequenceToken? token) => new LaneCursor(this, streamId);

    /// <summary>Takes all that waits on a stream, up to a batch; what was withdrawn meanwhile is left out.</summary>
    public LaneBatch? Take(StreamId stream)
    {
        LaneBatch? taken = null;
        if (!_streams.TryGetValue(stream, out var waiting))
        {
            return null;
        }

        while (waiting.TryPeek(out var next) && (taken is null || taken.Count + next.Count <= batchSize))
        {
            waiting.Dequeue();
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
    public void GiveBack(LaneBatch batch)
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

    private Queue<LaneBatch> Of(StreamId stream)
    {
        if (!_streams.TryGetValue(stream, out var waiting))
        {
            _streams.Add(stream, waiting = new Queue<LaneBatch>());
        }

        return waiting;
    }
}
