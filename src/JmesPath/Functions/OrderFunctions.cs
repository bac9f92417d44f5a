using System.Buffers;
using System.Runtime.InteropServices;
using Eventide.JmesPath.Evaluation;
using Eventide.JmesPath.Syntax;

namespace Eventide.JmesPath.Functions;

/// <summary><c>max</c>, <c>max_by</c>, <c>min</c>, <c>min_by</c>, <c>sort</c>, <c>sort_by</c>: over numbers, or over strings by code point.</summary>
internal static class OrderFunctions
{
    public static JmesValue Max(FunctionCallNode call, in JmesValue current, ref EvaluationState state) => Extreme(call, current, ref state, 1);

    public static JmesValue Min(FunctionCallNode call, in JmesValue current, ref EvaluationState state) => Extreme(call, current, ref state, -1);

    public static JmesValue MaxBy(FunctionCallNode call, in JmesValue current, ref EvaluationState state) => ExtremeBy(call, current, ref state, 1);

    public static JmesValue MinBy(FunctionCallNode call, in JmesValue current, ref EvaluationState state) => ExtremeBy(call, current, ref state, -1);

    public static JmesValue Sort(FunctionCallNode call, in JmesValue current, ref EvaluationState state) =>
        Arguments.TryComparableArray(call, current, ref state, out var array) ? Sorted(call, array, expression: null, ref state) : default;

    public static JmesValue SortBy(FunctionCallNode call, in JmesValue current, ref EvaluationState state) =>
        Arguments.TryArray(call, 0, current, ref state, out var array) && Arguments.TryExpression(call, 1, current, ref state, out var expression)
            ? Sorted(call, array, expression, ref state) : default;

    private static JmesValue Extreme(FunctionCallNode call, in JmesValue current, ref EvaluationState state, int sign)
    {
        if (!Arguments.TryComparableArray(call, current, ref state, out var array)) return default;
        JmesValue best = default;
        foreach (var item in array.EnumerateArray())
        {
            if (best.Kind == JmesKind.Null || Compare(item, best) * sign > 0) best = item;
        }
        return best;
    }

    private static JmesValue ExtremeBy(FunctionCallNode call, in JmesValue current, ref EvaluationState state, int sign)
    {
        if (!Arguments.TryArray(call, 0, current, ref state, out var array)) return default;
        if (!Arguments.TryExpression(call, 1, current, ref state, out var expression)) return default;
        JmesValue best = default, bestKey = default;
        var kind = JmesKind.Null;
        foreach (var item in array.EnumerateArray())
        {
            if (!Arguments.TryKey(call, 1, expression, item, ref kind, ref state, out var key)) return default;
            if (bestKey.Kind != JmesKind.Null && Compare(key, bestKey) * sign <= 0) continue;
            best = item;
            bestKey = key;
        }
        return best;
    }

    /// <summary>A stable sort: equal keys keep the array's order.</summary>
    private static JmesValue Sorted(FunctionCallNode call, in JmesValue array, JmesNode? expression, ref EvaluationState state)
    {
        var length = array.Length;
        if (length == 0) return array;
        var entries = ArrayPool<Entry>.Shared.Rent(length);
        try
        {
            var kind = JmesKind.Null;
            var count = 0;
            foreach (var item in array.EnumerateArray())
            {
                var key = item;
                if (expression is not null && !Arguments.TryKey(call, 1, expression, item, ref kind, ref state, out key)) return default;
                entries[count] = new(key, item, count);
                count++;
            }
            Order(entries.AsSpan(0, length));
            var sorted = new JmesValue[length];
            for (var i = 0; i < sorted.Length; i++) sorted[i] = entries[i].Value;
            return JmesValue.FromArray(sorted);
        }
        finally
        {
            entries.AsSpan(0, length).Clear();
            ArrayPool<Entry>.Shared.Return(entries);
        }
    }

    private static void Order(Span<Entry> entries)
    {
        const int few = 16;
        if (entries.Length > few)
        {
            entries.Sort(static (left, right) => Compare(left.Key, right.Key) is not 0 and var order ? order : left.Place - right.Place);
            return;
        }
        for (var i = 1; i < entries.Length; i++)
        {
            var j = i - 1;
            if (Compare(entries[j].Key, entries[i].Key) <= 0) continue;
            var entry = entries[i];
            for (; j >= 0 && Compare(entries[j].Key, entry.Key) > 0; j--) entries[j + 1] = entries[j];
            entries[j + 1] = entry;
        }
    }

    /// <summary>Two numbers or two strings. A computed NaN sorts before all numbers.</summary>
    private static int Compare(in JmesValue left, in JmesValue right)
    {
        if (left.IsString) return JmesValue.CompareStrings(left, right);
        return JmesValue.CompareNumbers(left, right) ?? left.GetDouble().CompareTo(right.GetDouble());
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly struct Entry(JmesValue key, JmesValue value, int place)
    {
        public readonly JmesValue Key = key;
        public readonly JmesValue Value = value;
        public readonly int Place = place;
    }
}
