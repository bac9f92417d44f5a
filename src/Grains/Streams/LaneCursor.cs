using Orleans.Runtime;
using Orleans.Streams;

namespace Eventide.Orleans;

/// <summary>Reads one stream of a <see cref="LaneCache"/>: what it has read is no longer in the cache.</summary>
internal sealed class LaneCursor(LaneCache cache, StreamId stream) : IQueueCacheCursor
{
    private LaneBatch? _current;

    public IBatchContainer? GetCurrent(out Exception? exception)
    {
        exception = null;
        return _current;
    }

    public bool MoveNext()
    {
        _current = cache.Take(stream);
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
