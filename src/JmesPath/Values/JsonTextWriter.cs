using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Eventide.JmesPath;

/// <summary>Writes values as compact JSON that escapes only what JSON demands.</summary>
internal static class JsonTextWriter
{
    private const int LongestNumber = 40;

    private static readonly SearchValues<byte> s_escaped = SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(c => (byte)c), (byte)'"', (byte)'\\']);

    public static void Write(in JmesValue value, ArrayBufferWriter<byte> target)
    {
        switch (value.Kind)
        {
            case JmesKind.False:
                target.Write("false"u8);
                break;
            case JmesKind.True:
                target.Write("true"u8);
                break;
            case JmesKind.Number:
                WriteNumber(value, target);
                break;
            case JmesKind.String:
                WriteString(value, target);
                break;
            case JmesKind.Array:
                WriteArray(value, target);
                break;
            case JmesKind.Object:
                WriteObject(value, target);
                break;
            default:
                target.Write("null"u8);
                break;
        }
    }

    private static void WriteArray(in JmesValue value, ArrayBufferWriter<byte> target)
    {
        target.Write("["u8);
        var first = true;
        foreach (var item in value.EnumerateArray())
        {
            if (!first) target.Write(","u8);
            first = false;
            Write(item, target);
        }
        target.Write("]"u8);
    }

    private static void WriteObject(in JmesValue value, ArrayBufferWriter<byte> target)
    {
        target.Write("{"u8);
        var first = true;
        foreach (var member in value.EnumerateObject())
        {
            if (!first) target.Write(","u8);
            first = false;
            WriteString(member.NameValue, target);
            target.Write(":"u8);
            Write(member.Value, target);
        }
        target.Write("}"u8);
    }

    private static void WriteNumber(in JmesValue value, ArrayBufferWriter<byte> target)
    {
        if (value.Document is not null)
        {
            target.Write(value.NumberText);
            return;
        }
        var written = 0;
        if (value.ReadNumber(out var integer, out var real)) integer.TryFormat(target.GetSpan(LongestNumber), out written, default, CultureInfo.InvariantCulture);
        else if (double.IsFinite(real)) real.TryFormat(target.GetSpan(LongestNumber), out written, default, CultureInfo.InvariantCulture);
        else target.Write("null"u8);
        target.Advance(written);
    }

    [SkipLocalsInit]
    private static void WriteString(in JmesValue value, ArrayBufferWriter<byte> target)
    {
        var scratch = new Utf8Scratch(stackalloc byte[JsonText.OnStack]);
        var text = value.GetUtf8(ref scratch);
        target.Write("\""u8);
        while (true)
        {
            var plain = text.IndexOfAny(s_escaped);
            if (plain < 0) break;
            target.Write(text[..plain]);
            WriteEscape(text[plain], target);
            text = text[(plain + 1)..];
        }
        target.Write(text);
        target.Write("\""u8);
        scratch.Dispose();
    }

    private static void WriteEscape(byte c, ArrayBufferWriter<byte> target)
    {
        switch (c)
        {
            case (byte)'"':
                target.Write("\\\""u8);
                break;
            case (byte)'\\':
                target.Write("\\\\"u8);
                break;
            case (byte)'\n':
                target.Write("\\n"u8);
                break;
            case (byte)'\r':
                target.Write("\\r"u8);
                break;
            case (byte)'\t':
                target.Write("\\t"u8);
                break;
            default:
                target.Write("\\u00"u8);
                target.Write([Digit(c >> 4), Digit(c & 15)]);
                break;
        }
    }

    private static byte Digit(int value) => (byte)(value < 10 ? '0' + value : 'a' + value - 10);
}
