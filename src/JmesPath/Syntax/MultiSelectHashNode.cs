using Eventide.JmesPath.Evaluation;

namespace Eventide.JmesPath.Syntax;

/// <summary><c>{a: x, b: y}</c>: an object of the results; null on null. Of names written twice the last counts.</summary>
public sealed class MultiSelectHashNode : JmesNode
{
    private readonly JmesNode[] _values;
    private readonly JmesName[] _names;
    private readonly int[] _slots;

    internal MultiSelectHashNode(int position, IReadOnlyList<KeyValuePair<string, JmesNode>> members, int end)
        : base(position, end)
    {
        Members = members;
        _values = [.. members.Select(member => member.Value)];
        _names = [.. members.Select(member => member.Key).Distinct(StringComparer.Ordinal).Select(name => new JmesName(name))];
        _slots = [.. members.Select(member => Array.FindIndex(_names, name => name.Text == member.Key))];
        Height = Above(_values);
    }

    /// <summary>Names and expressions as written, at least one.</summary>
    public IReadOnlyList<KeyValuePair<string, JmesNode>> Members { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<JmesNode> Children => _values;

    internal override JmesValue Evaluate(in JmesValue current, ref EvaluationState state)
    {
        if (current.Kind == JmesKind.Null) return default;
        var values = new JmesValue[_names.Length];
        for (var i = 0; i < _values.Length; i++) values[_slots[i]] = _values[i].Evaluate(current, ref state);
        return JmesValue.FromObject(new ComputedObject(_names, values));
    }
}
