using Eventide.JmesPath.Evaluation;
using Eventide.JmesPath.Syntax;

namespace Eventide.JmesPath.Functions;

/// <summary><c>abs</c>, <c>avg</c>, <c>ceil</c>, <c>floor</c>, <c>sum</c>.</summary>
internal static class NumberFunctions
{
    public static JmesValue Abs(FunctionCallNode call, in JmesValue current, ref EvaluationState state)
    {
        if (!Arguments.TryNumber(call, 0, current, ref state, out var value)) return default;
        if (!value.ReadNumber(out var integer, out var real)) return JmesValue.FromNumber(Math.Abs(real));
        if (integer >= 0) return value;
        return integer == long.MinValue ? JmesValue.FromNumber(-(double)integer) : JmesValue.FromNumber(-integer);
    }

    public static JmesValue Ceil(FunctionCallNode call, in JmesValue current, ref EvaluationState state)
    {
        if (!Arguments.TryNumber(call, 0, current, ref state, out var value)) return default;
        return value.ReadNumber(out _, out var real) ? value : Whole(Math.Ceiling(real));
    }

    public static JmesValue Floor(FunctionCallNode call, in JmesValue current, ref EvaluationState state)
    {
        if (!Arguments.TryNumber(call, 0, current, ref state, out var value)) return default;
        return value.ReadNumber(out _, out var real) ? value : Whole(Math.Floor(real));
    }

    public static JmesValue Sum(FunctionCallNode call, in JmesValue current, ref EvaluationState state) =>
        TrySum(call, current, ref state, out _, out var sum) ? sum : default;

    public static JmesValue Avg(FunctionCallNode call, in JmesValue current, ref EvaluationState state) =>
        TrySum(call, current, ref state, out var count, out var sum) && count > 0 ? JmesValue.FromNumber(sum.GetDouble() / count) : default;

    /// <summary>Exact while all are integers and the sum fits 64 bits, in doubles otherwise.</summary>
    private static bool TrySum(FunctionCallNode call, in JmesValue current, ref EvaluationState state, out int count, out JmesValue sum)
    {
        count = 0;
        sum = default;
        if (!Arguments.TryArray(call, 0, current, ref state, out var array)) return false;
        var exact = true;
        long integers = 0;
        var reals = 0.0;
        foreach (var item in array.EnumerateArray())
        {
            if (!item.IsNumber)
            {
                Arguments.FailElement(call, 0, "an array of numbers", item.Kind, ref state);
                return false;
            }
            count++;
            if (!item.ReadNumber(out var integer, out var real))
            {
                exact = false;
                reals += real;
                continue;
            }
            reals += integer;
            var next = unchecked(integers + integer);
            exact &= ((integers ^ next) & (integer ^ next)) >= 0;
            integers = next;
        }
        sum = exact ? JmesValue.FromNumber(integers) : JmesValue.FromNumber(reals);
        return true;
    }

    private static JmesValue Whole(double value) =>
        Math.Abs(value) < 1L << 53 ? JmesValue.FromNumber((long)value) : JmesValue.FromNumber(value);
}
