using System.Runtime.CompilerServices;
using Eventide.JmesPath.Evaluation;
using Eventide.JmesPath.Syntax;

namespace Eventide.JmesPath.Functions;

/// <summary><c>not_null</c>, <c>to_array</c>, <c>to_number</c>, <c>to_string</c>, <c>type</c>.</summary>
internal static class ConversionFunctions
{
    private const string NoReference = "any value that is no expression reference";

    private static readonly JmesValue s_null = Text("null"u8);
    private static readonly JmesValue s_boolean = Text("boolean"u8);
    private static readonly JmesValue s_number = Text("number"u8);
    private static readonly JmesValue s_string = Text("string"u8);
    private static readonly JmesValue s_array = Text("array"u8);
    private static readonly JmesValue s_object = Text("object"u8);

    public static JmesValue NotNull(FunctionCallNode call, in JmesValue current, ref EvaluationState state)
    {
        for (var i = 0; i < call.ArgumentNodes.Length; i++)
        {
            var value = Arguments.Get(call, i, current, ref state);
            if (value.Kind == JmesKind.Expression) return Arguments.Fail(call, i, NoReference, value.Kind, ref state);
            if (value.Kind != JmesKind.Null || state.HasError) return value;
        }
        return default;
    }

    public static JmesValue ToArray(FunctionCallNode call, in JmesValue current, ref EvaluationState state)
    {
        if (!TryAny(call, current, ref state, out var value)) return default;
        return value.Kind == JmesKind.Array ? value : JmesValue.FromArray([value]);
    }

    [SkipLocalsInit]
    public static JmesValue ToNumber(FunctionCallNode call, in JmesValue current, ref EvaluationState state)
    {
        if (!TryAny(call, current, ref state, out var value)) return default;
        if (!value.IsString) return value.IsNumber ? value : default;
        var scratch = new Utf8Scratch(stackalloc byte[JsonText.OnStack]);
        var number = JsonNumber.TryParse(value.GetUtf8(ref scratch), out var parsed) ? parsed : default;
        scratch.Dispose();
        return number;
    }

    public static JmesValue ConvertToString(FunctionCallNode call, in JmesValue current, ref EvaluationState state)
    {
        if (!TryAny(call, current, ref state, out var value)) return default;
        return value.IsString ? value : JmesValue.FromValidUtf8(value.ToJsonUtf8().WrittenMemory);
    }

    public static JmesValue TypeName(FunctionCallNode call, in JmesValue current, ref EvaluationState state)
    {
        if (!TryAny(call, current, ref state, out var value)) return default;
        return value.Kind switch
        {
            JmesKind.Null => s_null,
            JmesKind.False or JmesKind.True => s_boolean,
            JmesKind.Number => s_number,
            JmesKind.String => s_string,
            JmesKind.Array => s_array,
            _ => s_object,
        };
    }

    private static bool TryAny(FunctionCallNode call, in JmesValue current, ref EvaluationState state, out JmesValue value)
    {
        value = Arguments.Get(call, 0, current, ref state);
        if (value.Kind != JmesKind.Expression) return true;
        Arguments.Fail(call, 0, NoReference, value.Kind, ref state);
        return false;
    }

    private static JmesValue Text(ReadOnlySpan<byte> utf8) => JmesValue.FromValidUtf8(utf8.ToArray());
}
