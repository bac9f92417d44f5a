using System.Globalization;
using System.Runtime.CompilerServices;

namespace Eventide.JmesPath;

/// <summary>Reads numbers that are known to be written as JSON writes them.</summary>
internal static class JsonNumber
{
    /// <summary>This many digits always fit 64 bits.</summary>
    private const int SafeDigits = 18;

    /// <summary>Integers up to this many digits, and powers of ten up to 22, are exact doubles, so that one division rounds once (Clinger 1990).</summary>
    private const int ExactDigits = 15;

    // An array: unoptimised code allocates to make a span of constants.
    private static readonly double[] s_powersOfTen =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    /// <summary>True and the exact integer for an integer of 64 bits, otherwise false and the nearest double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Read(ReadOnlySpan<byte> text, bool isInteger, out long integer, out double real)
    {
        if (!isInteger || text.Length > SafeDigits) return ReadSlowly(text, isInteger, out integer, out real);
        var i = text[0] == '-' ? 1 : 0;
        long value = 0;
        for (; i < text.Length; i++) value = (value * 10) + (text[i] - '0');
        integer = text[0] == '-' ? -value : value;
        real = 0;
        return true;
    }

    /// <summary>An integer of up to 128 bits.</summary>
    public static bool TryReadInt128(ReadOnlySpan<byte> text, out Int128 value) =>
        Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);

    /// <summary>Reads any text as a JSON number; false if it is not written as one.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out JmesValue value)
    {
        value = default;
        if (text.IsEmpty || (text[0] != '-' && !char.IsAsciiDigit((char)text[0])) || !char.IsAsciiDigit((char)text[^1])) return false;
        var document = new JmesDocument(1);
        if (!document.TryLoad(text.ToArray(), out _)) return false;
        value = document.Root;
        return value.IsNumber;
    }

    private static bool ReadSlowly(ReadOnlySpan<byte> text, bool isInteger, out long integer, out double real)
    {
        real = 0;
        if (isInteger && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out integer)) return true;
        integer = 0;
        if (!isInteger && text.Length <= ExactDigits + 1 && TryReadShort(text, out real)) return false;
        real = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return false;
    }

    private static bool TryReadShort(ReadOnlySpan<byte> text, out double real)
    {
        real = 0;
        long digits = 0;
        var fraction = 0;
        var inFraction = 0;
        for (var i = text[0] == '-' ? 1 : 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '.')
            {
                inFraction = 1;
                continue;
            }
            if (c is (byte)'e' or (byte)'E') return false;
            digits = (digits * 10) + (c - '0');
            fraction += inFraction;
        }
        real = digits / s_powersOfTen[fraction];
        if (text[0] == '-') real = -real;
        return true;
    }
}
