using Eventide.JmesPath.Evaluation;

namespace Eventide.JmesPath.Syntax;

/// <summary>
/// <c>left[?condition].right</c>: the right expression on every element for which the condition holds, nulls left out. Null when the
/// left one's result is no array.
/// </summary>
public sealed class FilterNode : JmesNode
{
    internal FilterNode(JmesNode left, JmesNode condition, JmesNode right, int end)
        : base(left.Position, end)
    {
        Left = left;
        Condition = condition;
        Right = right;
        Children = [left, condition, right];
        Height = Above(Children);
    }

    /// <summary>What the array comes from.</summary>
    public JmesNode Left { get; }

    /// <summary>What must hold for an element.</summary>
    public JmesNode Condition { get; }

    /// <summary>What is evaluated on the elements for which it holds.</summary>
    public JmesNode Right { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<JmesNode> Children { get; }

    internal override JmesValue Evaluate(in JmesValue current, ref EvaluationState state)
    {
        var array = Left.Evaluate(current, ref state);
        if (array.Kind != JmesKind.Array) return default;
        var results = new ValueBuffer(array.Length);
        foreach (var item in array.EnumerateArray())
        {
            if (!Condition.IsTrue(item, ref state)) continue;
            var value = Right.Evaluate(item, ref state);
            if (state.HasError) break;
            if (value.Kind != JmesKind.Null) results.Add(value);
        }
        return results.ToArrayValue();
    }
}
