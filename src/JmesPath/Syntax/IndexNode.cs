using Eventide.JmesPath.Evaluation;

namespace Eventide.JmesPath.Syntax;

/// <summary><c>target[n]</c>: one element of an array, counted from its end when negative; null when there is none.</summary>
public sealed class IndexNode : JmesNode
{
    internal IndexNode(JmesNode target, int index, int end)
        : base(target.Position, end)
    {
        Target = target;
        Index = index;
        Children = [target];
        Height = Above(target);
    }

    /// <summary>What the array comes from.</summary>
    public JmesNode Target { get; }

    /// <summary>The element's place. Places beyond 32 bits are kept as the nearest 32-bit number: no array is that long.</summary>
    public int Index { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<JmesNode> Children { get; }

    internal override JmesValue Evaluate(in JmesValue current, ref EvaluationState state)
    {
        var array = Target.Evaluate(current, ref state);
        if (array.Kind != JmesKind.Array) return default;
        var length = array.Length;
        var index = Index < 0 ? Index + length : Index;
        return (uint)index < (uint)length ? array.ElementAt(index) : default;
    }
}
