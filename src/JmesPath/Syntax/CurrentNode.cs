using Eventide.JmesPath.Evaluation;

namespace Eventide.JmesPath.Syntax;

/// <summary>The current value: <c>@</c>, or implied, as on the left of <c>[0]</c> and on the right of <c>a[*]</c>.</summary>
public sealed class CurrentNode : JmesNode
{
    internal CurrentNode(int position, int end)
        : base(position, end)
    {
    }

    /// <summary>Whether no <c>@</c> was written.</summary>
    public bool IsImplied => End == Position;

    /// <inheritdoc/>
    public override IReadOnlyList<JmesNode> Children => [];

    internal override JmesValue Evaluate(in JmesValue current, ref EvaluationState state) => current;
}
