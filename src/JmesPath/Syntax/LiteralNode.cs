using Eventide.JmesPath.Evaluation;

namespace Eventide.JmesPath.Syntax;

/// <summary>
/// A constant: JSON in backticks, a raw string in single quotes, or in the relaxed dialect a bare number, true, false or null.
/// </summary>
public sealed class LiteralNode : JmesNode
{
    private readonly JmesValue _value;

    internal LiteralNode(int position, int end, JmesValue value)
        : base(position, end) => _value = value;

    /// <summary>The constant.</summary>
    public JmesValue Value => _value;

    internal ref readonly JmesValue Constant => ref _value;

    /// <inheritdoc/>
    public override IReadOnlyList<JmesNode> Children => [];

    internal override JmesValue Evaluate(in JmesValue current, ref EvaluationState state) => _value;
}
