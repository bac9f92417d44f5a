using Eventide.JmesPath.Evaluation;

namespace Eventide.JmesPath.Syntax;

/// <summary>
/// <c>left == right</c> and so on. Any two values can be equal or not; the order comparators give null unless both are numbers.
/// </summary>
public sealed class ComparisonNode : JmesNode
{
    private readonly LiteralNode? _literal;

    internal ComparisonNode(JmesNode left, JmesComparison comparison, JmesNode right)
        : base(left.Position, right.End)
    {
        Left = left;
        Comparison = comparison;
        Right = right;
        _literal = right as LiteralNode;
        Children = [left, right];
        Height = Above(left, right);
    }

    /// <summary>The operand on the left.</summary>
    public JmesNode Left { get; }

    /// <summary>The comparator.</summary>
    public JmesComparison Comparison { get; }

    /// <summary>The operand on the right.</summary>
    public JmesNode Right { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<JmesNode> Children { get; }

    internal override JmesValue Evaluate(in JmesValue current, ref EvaluationState state) =>
        Compare(current, ref state) is { } result ? JmesValue.FromBoolean(result) : default;

    internal override bool IsTrue(in JmesValue current, ref EvaluationState state) => Compare(current, ref state) ?? false;

    private bool? Compare(in JmesValue current, ref EvaluationState state)
    {
        var left = Left.Evaluate(current, ref state);
        // The common form, spared a copy of the constant.
        if (_literal is not null) return Compare(left, _literal.Constant);
        return Compare(left, Right.Evaluate(current, ref state));
    }

    private bool? Compare(in JmesValue left, in JmesValue right)
    {
        if (Comparison <= JmesComparison.NotEqual) return JmesValue.AreEqual(left, right) == (Comparison == JmesComparison.Equal);
        if (!left.IsNumber || !right.IsNumber || JmesValue.CompareNumbers(left, right) is not { } order) return null;
        return Comparison switch
        {
            JmesComparison.Less => order < 0,
            JmesComparison.LessOrEqual => order <= 0,
            JmesComparison.Greater => order > 0,
            _ => order >= 0,
        };
    }
}
