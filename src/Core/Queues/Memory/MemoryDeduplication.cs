namespace Eventide.Queues;

/// <summary>The deduplication ids of the last few minutes.</summary>
internal sealed class MemoryDeduplication(long window)
{
    private readonly Dictionary<string, long> _sequences = new(StringComparer.Ordinal);
    private readonly Queue<(string Id, long Until)> _order = new();

    /// <summary>Finds an earlier message with the same deduplication id.</summary>
    public bool TryFind(string id, long now, out long sequence)
    {
        while (_order.TryPeek(out var oldest) && oldest.Until <= now)
        {
            _order.Dequeue();
            _sequences.Remove(oldest.Id);
        }

        return _sequences.TryGetValue(id, out sequence);
    }

    public void Add(string id, long sequence, long now)
    {
        _sequences.Add(id, sequence);
        _order.Enqueue((id, now + window));
    }

    public void Clear()
    {
        _sequences.Clear();
        _order.Clear();
    }
}
