using Eventide.JmesPath.Evaluation;

namespace Eventide.JmesPath.Syntax;

/// <summary><c>a &amp;&amp; b &amp;&amp; c</c>: the first operand that is false-like, or the last one. A run is one node.</summary>
public sealed class AndNode : JmesNode
{
    private readonly JmesNode[] _operands;

    internal AndNode(JmesNode[] operands)
        : base(operands[0].Position, operands[^1].End)
    {
        _operands = operands;
        Height = Above(operands);
    }

    /// <summary>The operands, at least two.</summary>
    public IReadOnlyList<JmesNode> Operands => _operands;

    /// <inheritdoc/>
    public override IReadOnlyList<JmesNode> Children => _operands;

    internal override JmesValue Evaluate(in JmesValue current, ref EvaluationState state)
    {
        JmesValue value = default;
        foreach (var operand in _operands)
        {
            value = operand.Evaluate(current, ref state);
            if (!value.IsTruthy || state.HasError) break;
        }
        return value;
    }

    internal override bool IsTrue(in JmesValue current, ref EvaluationState state)
    {
        foreach (var operand in _operands)
        {
            if (!operand.IsTrue(current, ref state)) return false;
            if (state.HasError) break;
        }
        return true;
    }
}
