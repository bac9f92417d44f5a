namespace Eventide;

/// <summary>Remembers something of the latest messages, by id; the oldest are forgotten first. Safe from several threads.</summary>
/// <typeparam name="T">What is remembered.</typeparam>
internal sealed class MessageMemory<T>(int capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedListNode<(string Id, T Value)>> _byId = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Id, T Value)> _byAge = new();
    private volatile bool _isEmpty = true;

    /// <summary>Nothing is remembered: the usual case, told without a lock.</summary>
    public bool IsEmpty => _isEmpty;

    public void Remember(string id, T value)
    {
        lock (_lock)
        {
            if (_byId.Remove(id, out var known))
            {
                _byAge.Remove(known);
            }
            else if (_byId.Count == capacity)
            {
                _byId.Remove(_byAge.First!.Value.Id);
                _byAge.RemoveFirst();
            }

            _byId.Add(id, _byAge.AddLast((id, value)));
            _isEmpty = false;
        }
    }

    public bool TryGet(string id, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T value)
    {
        value = default;
        if (_isEmpty)
        {
            return false;
        }

        lock (_lock)
        {
            if (!_byId.TryGetValue(id, out var node))
            {
                return false;
            }

            value = node.Value.Value;
            return true;
        }
    }

    public void Forget(string id)
    {
        if (_isEmpty)
        {
            return;
        }

        lock (_lock)
        {
            if (_byId.Remove(id, out var node))
            {
                _byAge.Remove(node);
                _isEmpty = _byId.Count == 0;
            }
        }
    }
}
