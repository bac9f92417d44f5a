namespace Eventide.Queues;

/// <summary>A doubly linked list through the entries themselves: adding and removing cost nothing but the links.</summary>
internal sealed class MemoryEntryList
{
    public MemoryEntry? First { get; private set; }

    public MemoryEntry? Last { get; private set; }

    public int Count { get; private set; }

    public void AddLast(MemoryEntry entry)
    {
        entry.List = this;
        entry.Previous = Last;
        entry.Next = null;
        if (Last is null)
        {
            First = entry;
        }
        else
        {
            Last.Next = entry;
        }

        Last = entry;
        Count++;
    }

    public void Remove(MemoryEntry entry)
    {
        if (entry.Previous is null)
        {
            First = entry.Next;
        }
        else
        {
            entry.Previous.Next = entry.Next;
        }

        if (entry.Next is null)
        {
            Last = entry.Previous;
        }
        else
        {
            entry.Next.Previous = entry.Previous;
        }

        entry.List = null;
        entry.Previous = null;
        entry.Next = null;
        Count--;
    }
}
