using Eventide.JmesPath.Evaluation;

namespace Eventide.JmesPath.Syntax;

/// <summary>
/// The right expression on every element of the left one's array, nulls left out: <c>a[*].b</c>, <c>a[].b</c>, <c>a[1:].b</c>. Null
/// when the left one's result is no array.
/// </summary>
public sealed class ProjectionNode : JmesNode
{
    internal ProjectionNode(JmesNode left, JmesNode right, int end)
        : base(left.Position, end)
    {
        Left = left;
        Right = right;
        Children = [left, right];
        Height = Above(left, right);
    }

    /// <summary>What the array comes from; a <see cref="FlattenNode"/> or <see cref="SliceNode"/> for these forms.</summary>
    public JmesNode Left { get; }

    /// <summary>What is evaluated on every element.</summary>
    public JmesNode Right { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<JmesNode> Children { get; }

    internal override JmesValue Evaluate(in JmesValue current, ref EvaluationState state)
    {
        var array = Left.Evaluate(current, ref state);
        if (array.Kind != JmesKind.Array) return default;
        // What was computed holds no null that identity would have to leave out, except when taken from elsewhere; so look.
        var results = new ValueBuffer(array.Length);
        foreach (var item in array.EnumerateArray())
        {
            var value = Right.Evaluate(item, ref state);
            if (state.HasError) break;
            if (value.Kind != JmesKind.Null) results.Add(value);
        }
        return results.ToArrayValue();
    }
}
