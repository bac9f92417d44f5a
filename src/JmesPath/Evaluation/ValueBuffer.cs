namespace Eventide.JmesPath.Evaluation;

/// <summary>Collects the elements of an array whose number is known to have a bound.</summary>
internal struct ValueBuffer(int capacity)
{
    private const int First = 8;

    private JmesValue[]? _items;
    private int _count;

    public void Add(in JmesValue value)
    {
        if (_items is null) _items = new JmesValue[Math.Min(capacity, First)];
        else if (_count == _items.Length) Array.Resize(ref _items, Math.Min(capacity, _count * 2));
        _items[_count++] = value;
    }

    public readonly JmesValue ToArrayValue() => JmesValue.FromArray(_items ?? [], _count);
}
