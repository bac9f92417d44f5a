using Eventide.JmesPath.Evaluation;

namespace Eventide.JmesPath.Syntax;

/// <summary><c>[a, b]</c>: an array of the results; null on null.</summary>
public sealed class MultiSelectListNode : JmesNode
{
    private readonly JmesNode[] _items;

    internal MultiSelectListNode(int position, JmesNode[] items, int end)
        : base(position, end)
    {
        _items = items;
        Height = Above(items);
    }

    /// <summary>The expressions, at least one.</summary>
    public IReadOnlyList<JmesNode> Items => _items;

    /// <inheritdoc/>
    public override IReadOnlyList<JmesNode> Children => _items;

    internal override JmesValue Evaluate(in JmesValue current, ref EvaluationState state)
    {
        if (current.Kind == JmesKind.Null) return default;
        var values = new JmesValue[_items.Length];
        for (var i = 0; i < values.Length; i++) values[i] = _items[i].Evaluate(current, ref state);
        return JmesValue.FromArray(values);
    }
}
