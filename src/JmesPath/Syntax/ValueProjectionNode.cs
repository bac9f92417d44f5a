using Eventide.JmesPath.Evaluation;

namespace Eventide.JmesPath.Syntax;

/// <summary><c>left.*.right</c>: the right expression on every member's value, nulls left out. Null when the left one's result is no object.</summary>
public sealed class ValueProjectionNode : JmesNode
{
    internal ValueProjectionNode(JmesNode left, JmesNode right, int end)
        : base(left.Position, end)
    {
        Left = left;
        Right = right;
        Children = [left, right];
        Height = Above(left, right);
    }

    /// <summary>What the object comes from.</summary>
    public JmesNode Left { get; }

    /// <summary>What is evaluated on every value.</summary>
    public JmesNode Right { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<JmesNode> Children { get; }

    internal override JmesValue Evaluate(in JmesValue current, ref EvaluationState state)
    {
        var container = Left.Evaluate(current, ref state);
        if (container.Kind != JmesKind.Object) return default;
        var results = new ValueBuffer(container.CountMembers());
        foreach (var member in container.EnumerateObject())
        {
            var value = Right.Evaluate(member.Value, ref state);
            if (state.HasError) break;
            if (value.Kind != JmesKind.Null) results.Add(value);
        }
        return results.ToArrayValue();
    }
}
