using Eventide.JmesPath.Evaluation;
using Eventide.JmesPath.Syntax;

namespace Eventide.JmesPath.Functions;

/// <summary><c>map</c>.</summary>
internal static class ArrayFunctions
{
    /// <summary>An expression's result on every element, nulls kept.</summary>
    public static JmesValue Map(FunctionCallNode call, in JmesValue current, ref EvaluationState state)
    {
        if (!Arguments.TryExpression(call, 0, current, ref state, out var expression)) return default;
        if (!Arguments.TryArray(call, 1, current, ref state, out var array)) return default;
        var results = new JmesValue[array.Length];
        var i = 0;
        foreach (var item in array.EnumerateArray())
        {
            results[i++] = expression.Evaluate(item, ref state);
            if (state.HasError) return default;
        }
        return JmesValue.FromArray(results);
    }
}
