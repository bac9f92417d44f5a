using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using Eventide.JmesPath.Evaluation;
using Eventide.JmesPath.Syntax;

namespace Eventide.JmesPath.Functions;

/// <summary><c>contains</c>, <c>ends_with</c>, <c>join</c>, <c>length</c>, <c>reverse</c>, <c>starts_with</c>.</summary>
internal static class StringFunctions
{
    private enum Place
    {
        Start,
        End,
        Anywhere,
    }

    public static JmesValue Contains(FunctionCallNode call, in JmesValue current, ref EvaluationState state)
    {
        var subject = Arguments.Get(call, 0, current, ref state);
        var search = Arguments.Get(call, 1, current, ref state);
        switch (subject.Kind)
        {
            case JmesKind.String:
                return JmesValue.FromBoolean(search.IsString && Occurs(subject, search, Place.Anywhere));
            case JmesKind.Array:
                foreach (var item in subject.EnumerateArray())
                {
                    if (JmesValue.AreEqual(item, search)) return JmesValue.True;
                }
                return JmesValue.False;
            default:
                return Arguments.Fail(call, 0, "a string or an array", subject.Kind, ref state);
        }
    }

    public static JmesValue StartsWith(FunctionCallNode call, in JmesValue current, ref EvaluationState state) =>
        Arguments.TryString(call, 0, current, ref state, out var subject) && Arguments.TryString(call, 1, current, ref state, out var prefix)
            ? JmesValue.FromBoolean(Occurs(subject, prefix, Place.Start)) : default;

    public static JmesValue EndsWith(FunctionCallNode call, in JmesValue current, ref EvaluationState state) =>
        Arguments.TryString(call, 0, current, ref state, out var subject) && Arguments.TryString(call, 1, current, ref state, out var suffix)
            ? JmesValue.FromBoolean(Occurs(subject, suffix, Place.End)) : default;

    /// <summary>Elements, members, or code points.</summary>
    public static JmesValue Length(FunctionCallNode call, in JmesValue current, ref EvaluationState state)
    {
        var value = Arguments.Get(call, 0, current, ref state);
        return value.Kind switch
        {
            JmesKind.Array => JmesValue.FromNumber((long)value.Length),
            JmesKind.Object => JmesValue.FromNumber((long)value.CountMembers()),
            JmesKind.String => JmesValue.FromNumber((long)CountCodePoints(value)),
            _ => Arguments.Fail(call, 0, "a string, an array or an object", value.Kind, ref state),
        };
    }

    [SkipLocalsInit]
    public static JmesValue Join(FunctionCallNode call, in JmesValue current, ref EvaluationState state)
    {
        if (!Arguments.TryString(call, 0, current, ref state, out var glue) || !Arguments.TryArray(call, 1, current, ref state, out var array)) return default;
        var buffer = new ArrayBufferWriter<byte>();
        var glueScratch = new Utf8Scratch(stackalloc byte[JsonText.OnStack]);
        var scratch = new Utf8Scratch(stackalloc byte[JsonText.OnStack]);
        var glueText = glue.GetUtf8(ref glueScratch);
        var first = true;
        foreach (var item in array.EnumerateArray())
        {
            if (!item.IsString)
            {
                Arguments.FailElement(call, 1, "an array of strings", item.Kind, ref state);
                break;
            }
            if (!first) buffer.Write(glueText);
            first = false;
            buffer.Write(item.GetUtf8(ref scratch));
        }
        glueScratch.Dispose();
        scratch.Dispose();
        return state.HasError ? default : JmesValue.FromValidUtf8(buffer.WrittenMemory);
    }

    /// <summary>An array's elements or a string's code points in the opposite order.</summary>
    public static JmesValue Reverse(FunctionCallNode call, in JmesValue current, ref EvaluationState state)
    {
        var value = Arguments.Get(call, 0, current, ref state);
        switch (value.Kind)
        {
            case JmesKind.Array:
                var items = new JmesValue[value.Length];
                var place = items.Length;
                foreach (var item in value.EnumerateArray()) items[--place] = item;
                return JmesValue.FromArray(items);
            case JmesKind.String:
                return ReverseText(value);
            default:
                return Arguments.Fail(call, 0, "a string or an array", value.Kind, ref state);
        }
    }

    [SkipLocalsInit]
    private static JmesValue ReverseText(in JmesValue value)
    {
        var scratch = new Utf8Scratch(stackalloc byte[JsonText.OnStack]);
        var text = value.GetUtf8(ref scratch);
        var reversed = new byte[text.Length];
        var end = reversed.Length;
        while (Rune.DecodeFromUtf8(text, out _, out var consumed) == OperationStatus.Done)
        {
            end -= consumed;
            text[..consumed].CopyTo(reversed.AsSpan(end));
            text = text[consumed..];
        }
        scratch.Dispose();
        return JmesValue.FromValidUtf8(reversed);
    }

    [SkipLocalsInit]
    private static bool Occurs(in JmesValue subject, in JmesValue search, Place place)
    {
        if (subject.TryGetUtf8(out var text) && search.TryGetUtf8(out var part)) return Occurs(text, part, place);
        var subjectScratch = new Utf8Scratch(stackalloc byte[JsonText.OnStack]);
        var searchScratch = new Utf8Scratch(stackalloc byte[JsonText.OnStack]);
        var found = Occurs(subject.GetUtf8(ref subjectScratch), search.GetUtf8(ref searchScratch), place);
        subjectScratch.Dispose();
        searchScratch.Dispose();
        return found;
    }

    private static bool Occurs(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part, Place place) => place switch
    {
        Place.Start => text.StartsWith(part),
        Place.End => text.EndsWith(part),
        _ => text.IndexOf(part) >= 0,
    };

    [SkipLocalsInit]
    private static int CountCodePoints(in JmesValue value)
    {
        var scratch = new Utf8Scratch(stackalloc byte[JsonText.OnStack]);
        var count = 0;
        // Every byte but a continuation byte (10xxxxxx) begins a code point.
        foreach (var b in value.GetUtf8(ref scratch)) count += (sbyte)b >= -64 ? 1 : 0;
        scratch.Dispose();
        return count;
    }
}
