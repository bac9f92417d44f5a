using Eventide.JmesPath.Evaluation;

namespace Eventide.JmesPath.Syntax;

/// <summary><c>left | right</c>: the right expression on the left one's whole result; it ends projections.</summary>
public sealed class PipeNode : JmesNode
{
    internal PipeNode(JmesNode left, JmesNode right)
        : base(left.Position, right.End)
    {
        Left = left;
        Right = right;
        Children = [left, right];
        Height = Above(left, right);
    }

    /// <summary>The expression before the bar.</summary>
    public JmesNode Left { get; }

    /// <summary>The expression after the bar.</summary>
    public JmesNode Right { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<JmesNode> Children { get; }

    internal override JmesValue Evaluate(in JmesValue current, ref EvaluationState state) =>
        Right.Evaluate(Left.Evaluate(current, ref state), ref state);
}
