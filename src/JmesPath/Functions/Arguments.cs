using Eventide.JmesPath.Evaluation;
using Eventide.JmesPath.Syntax;

namespace Eventide.JmesPath.Functions;

/// <summary>Evaluates and checks arguments of built-in functions. A failed check leaves its error in the state.</summary>
internal static class Arguments
{
    private const string Given = "was given";
    private const string Holds = "it holds";
    private const string Gave = "it gave";

    public static JmesValue Get(FunctionCallNode call, int index, in JmesValue current, ref EvaluationState state) =>
        call.ArgumentNodes[index].Evaluate(current, ref state);

    public static bool TryNumber(FunctionCallNode call, int index, in JmesValue current, ref EvaluationState state, out JmesValue value) =>
        TryKind(call, index, JmesKind.Number, "a number", current, ref state, out value);

    public static bool TryString(FunctionCallNode call, int index, in JmesValue current, ref EvaluationState state, out JmesValue value) =>
        TryKind(call, index, JmesKind.String, "a string", current, ref state, out value);

    public static bool TryArray(FunctionCallNode call, int index, in JmesValue current, ref EvaluationState state, out JmesValue value) =>
        TryKind(call, index, JmesKind.Array, "an array", current, ref state, out value);

    public static bool TryObject(FunctionCallNode call, int index, in JmesValue current, ref EvaluationState state, out JmesValue value) =>
        TryKind(call, index, JmesKind.Object, "an object", current, ref state, out value);

    public static bool TryExpression(FunctionCallNode call, int index, in JmesValue current, ref EvaluationState state, out JmesNode expression)
    {
        var found = TryKind(call, index, JmesKind.Expression, "an expression reference (&...)", current, ref state, out var value);
        expression = found ? value.Expression : call;
        return found;
    }

    /// <summary>An array of nothing but numbers, or of nothing but strings.</summary>
    public static bool TryComparableArray(FunctionCallNode call, in JmesValue current, ref EvaluationState state, out JmesValue value)
    {
        if (!TryArray(call, 0, current, ref state, out value)) return false;
        var kind = JmesKind.Null;
        foreach (var item in value.EnumerateArray())
        {
            if (item.Kind == kind) continue;
            if (kind != JmesKind.Null || !(item.IsNumber || item.IsString))
            {
                FailElement(call, 0, "an array of numbers or an array of strings", item.Kind, ref state);
                return false;
            }
            kind = item.Kind;
        }
        return true;
    }

    /// <summary>What a reference gives for one element: all numbers or all strings.</summary>
    public static bool TryKey(
        FunctionCallNode call, int index, JmesNode expression, in JmesValue item, ref JmesKind kind, ref EvaluationState state, out JmesValue key)
    {
        key = expression.Evaluate(item, ref state);
        if (key.Kind == kind && kind != JmesKind.Null) return !state.HasError;
        if (kind == JmesKind.Null && (key.IsNumber || key.IsString))
        {
            kind = key.Kind;
            return !state.HasError;
        }
        const string expected = "an expression that gives numbers only, or strings only,";
        state.Fail(new(JmesErrorKind.InvalidType, call.ArgumentNodes[index].Position, call.Name, index, expected, Gave, key.Kind));
        return false;
    }

    public static JmesValue Fail(FunctionCallNode call, int index, string expected, JmesKind actual, ref EvaluationState state) =>
        state.Fail(new(JmesErrorKind.InvalidType, call.ArgumentNodes[index].Position, call.Name, index, expected, Given, actual));

    public static JmesValue FailElement(FunctionCallNode call, int index, string expected, JmesKind actual, ref EvaluationState state) =>
        state.Fail(new(JmesErrorKind.InvalidType, call.ArgumentNodes[index].Position, call.Name, index, expected, Holds, actual));

    private static bool TryKind(
        FunctionCallNode call, int index, JmesKind kind, string expected, in JmesValue current, ref EvaluationState state, out JmesValue value)
    {
        value = call.ArgumentNodes[index].Evaluate(current, ref state);
        if (value.Kind == kind) return true;
        Fail(call, index, expected, value.Kind, ref state);
        return false;
    }
}
