using Eventide.JmesPath.Evaluation;

namespace Eventide.JmesPath.Syntax;

/// <summary><c>!operand</c>: true when the operand's result is false-like, otherwise false.</summary>
public sealed class NotNode : JmesNode
{
    internal NotNode(int position, JmesNode operand)
        : base(position, operand.End)
    {
        Operand = operand;
        Children = [operand];
        Height = Above(operand);
    }

    /// <summary>What is negated.</summary>
    public JmesNode Operand { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<JmesNode> Children { get; }

    internal override JmesValue Evaluate(in JmesValue current, ref EvaluationState state) => JmesValue.FromBoolean(IsTrue(current, ref state));

    internal override bool IsTrue(in JmesValue current, ref EvaluationState state) => !Operand.IsTrue(current, ref state);
}
