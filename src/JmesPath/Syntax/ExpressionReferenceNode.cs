using Eventide.JmesPath.Evaluation;

namespace Eventide.JmesPath.Syntax;

/// <summary><c>&amp;operand</c>: an expression handed to a function, which evaluates it itself.</summary>
public sealed class ExpressionReferenceNode : JmesNode
{
    internal ExpressionReferenceNode(int position, JmesNode operand)
        : base(position, operand.End)
    {
        Operand = operand;
        Children = [operand];
        Height = Above(operand);
    }

    /// <summary>The expression.</summary>
    public JmesNode Operand { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<JmesNode> Children { get; }

    internal override JmesValue Evaluate(in JmesValue current, ref EvaluationState state) => JmesValue.FromExpression(Operand);
}
