using Eventide.JmesPath.Evaluation;

namespace Eventide.JmesPath.Syntax;

/// <summary><c>target[]</c>: an array whose elements that are arrays give way to their own elements, one level deep. Null when the target is no array.</summary>
public sealed class FlattenNode : JmesNode
{
    internal FlattenNode(JmesNode target, int end)
        : base(target.Position, end)
    {
        Target = target;
        Children = [target];
        Height = Above(target);
    }

    /// <summary>What the array comes from.</summary>
    public JmesNode Target { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<JmesNode> Children { get; }

    internal override JmesValue Evaluate(in JmesValue current, ref EvaluationState state)
    {
        var array = Target.Evaluate(current, ref state);
        if (array.Kind != JmesKind.Array) return default;
        var nested = false;
        var count = 0;
        foreach (var item in array.EnumerateArray())
        {
            nested |= item.Kind == JmesKind.Array;
            count += item.Kind == JmesKind.Array ? item.Length : 1;
        }
        if (!nested) return array;
        var results = new JmesValue[count];
        var i = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (item.Kind != JmesKind.Array)
            {
                results[i++] = item;
                continue;
            }
            foreach (var inner in item.EnumerateArray()) results[i++] = inner;
        }
        return JmesValue.FromArray(results);
    }
}
