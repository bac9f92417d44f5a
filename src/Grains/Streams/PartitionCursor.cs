using Orleans.Streams;

namespace Eventide.Orleans;

/// <summary>Reads a <see cref="PartitionCache"/>: what it has read is no longer in the cache.</summary>
internal sealed class PartitionCursor(PartitionCache cache) : IQueueCacheCursor
{
    private PartitionBatch? _current;

    public IBatchContainer? GetCurrent(out Exception? exception)
    {
        exception = null;
        return _current;
    }

    public bool MoveNext()
    {
        _current = cache.Take();
        return _current is not null;
    }

    public void Refresh(StreamSequenceToken token)
    {
        // It always stands before the oldest that is there.
    }

    public void RecordDeliveryFailure()
    {
        if (_current is { } batch)
        {
            cache.GiveBack(batch);
        }
    }

    public void Dispose() => _current = null;
}
