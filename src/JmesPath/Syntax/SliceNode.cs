using Eventide.JmesPath.Evaluation;

namespace Eventide.JmesPath.Syntax;

/// <summary><c>target[start:stop:step]</c>: some elements of an array, counted as Python does; null when the target is no array.</summary>
public sealed class SliceNode : JmesNode
{
    internal SliceNode(JmesNode target, int? start, int? stop, int step, int end)
        : base(target.Position, end)
    {
        Target = target;
        Start = start;
        Stop = stop;
        Step = step;
        Children = [target];
        Height = Above(target);
    }

    /// <summary>What the array comes from.</summary>
    public JmesNode Target { get; }

    /// <summary>The first element's place, if written.</summary>
    public int? Start { get; }

    /// <summary>The place before which to stop, if written.</summary>
    public int? Stop { get; }

    /// <summary>How far from one element to the next; 1 if not written, never 0.</summary>
    public int Step { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<JmesNode> Children { get; }

    internal override JmesValue Evaluate(in JmesValue current, ref EvaluationState state)
    {
        var array = Target.Evaluate(current, ref state);
        if (array.Kind != JmesKind.Array) return default;
        var length = array.Length;
        long start, stop;
        if (Step > 0)
        {
            start = Clamp(Start ?? 0, length, 0, length);
            stop = Clamp(Stop ?? length, length, 0, length);
        }
        else
        {
            start = Start is { } first ? Clamp(first, length, -1, length - 1) : length - 1;
            stop = Stop is { } last ? Clamp(last, length, -1, length - 1) : -1;
        }
        var distance = Step > 0 ? stop - start : start - stop;
        if (distance <= 0) return JmesValue.FromArray([]);
        var count = (int)((distance - 1) / Math.Abs((long)Step)) + 1;
        var result = new JmesValue[count];
        if (array.Document is not null) FromDocument(array, result, start);
        else
        {
            var from = array.ComputedElements;
            for (var i = 0; i < count; i++) result[i] = from[(int)(start + ((long)i * Step))];
        }
        return JmesValue.FromArray(result);
    }

    private void FromDocument(in JmesValue array, JmesValue[] result, long start)
    {
        // One walk over the elements, from the lowest wanted place to the highest.
        var lowest = Step > 0 ? start : start + ((long)(result.Length - 1) * Step);
        var step = Math.Abs((long)Step);
        var place = 0L;
        var taken = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (place >= lowest && (place - lowest) % step == 0)
            {
                result[Step > 0 ? taken : result.Length - 1 - taken] = item;
                if (++taken == result.Length) return;
            }
            place++;
        }
    }

    private static long Clamp(long index, int length, long min, long max) => Math.Clamp(index < 0 ? index + length : index, min, max);
}
