namespace Eventide.Queues;

/// <summary>The entries leased, by the length of the lease. Within one length they fall due in the order in which they were
/// added, so a plain list is a timer wheel: adding, renewing and settling cost the same however many are in flight.</summary>
internal sealed class MemoryLeases
{
    // Lengths in use at the same time are few: a worker asks for one and renews by one. More are kept, but pruned when idle.
    private const int IdleLists = 8;

    private readonly List<(long Length, MemoryEntryList Entries)> _lists = [];

    public int Count { get; private set; }

    public MemoryEntryList ForLength(long length)
    {
        foreach (var list in _lists)
        {
            if (list.Length == length)
            {
                return list.Entries;
            }
        }

        if (_lists.Count >= IdleLists)
        {
            _lists.RemoveAll(static l => l.Entries.Count == 0);
        }

        var entries = new MemoryEntryList();
        _lists.Add((length, entries));
        return entries;
    }

    public void Add(MemoryEntryList list, MemoryEntry entry)
    {
        list.AddLast(entry);
        Count++;
    }

    public void Remove(MemoryEntry entry)
    {
        entry.List!.Remove(entry);
        Count--;
    }

    /// <summary>The entry that falls due first, or <see langword="null"/>.</summary>
    public MemoryEntry? FirstDue()
    {
        MemoryEntry? first = null;
        foreach (var (_, entries) in _lists)
        {
            if (entries.First is { } candidate && (first is null || candidate.Due < first.Due))
            {
                first = candidate;
            }
        }

        return first;
    }

    public IEnumerable<MemoryEntry> All()
    {
        foreach (var (_, entries) in _lists)
        {
            for (var entry = entries.First; entry is not null; entry = entry.Next)
            {
                yield return entry;
            }
        }
    }

    public void Clear()
    {
        _lists.Clear();
        Count = 0;
    }
}
