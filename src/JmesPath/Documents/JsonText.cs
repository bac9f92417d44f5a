using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace Eventide.JmesPath;

/// <summary>Strings of a document: their content without escape sequences, compared and hashed.</summary>
internal static class JsonText
{
    /// <summary>Text up to this many bytes is unescaped on the stack, longer text in rented memory.</summary>
    public const int OnStack = 256;

    private static readonly ulong s_seed = (ulong)Random.Shared.NextInt64() | 1;

    /// <summary>
    /// Writes a valid string's content without its escape sequences; never longer than the escaped text. A surrogate escape without
    /// its other half reads as U+FFFD.
    /// </summary>
    public static int Unescape(ReadOnlySpan<byte> escaped, Span<byte> target)
    {
        var written = 0;
        while (true)
        {
            var plain = escaped.IndexOf((byte)'\\');
            if (plain < 0) plain = escaped.Length;
            escaped[..plain].CopyTo(target[written..]);
            written += plain;
            if (plain == escaped.Length) return written;
            escaped = escaped[plain..];
            var c = escaped[1];
            if (c != 'u')
            {
                target[written++] = c switch
                {
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    _ => c,
                };
                escaped = escaped[2..];
                continue;
            }
            var unit = Hex(escaped);
            escaped = escaped[6..];
            var rune = Rune.ReplacementChar;
            if (!char.IsSurrogate(unit))
            {
                rune = new Rune(unit);
            }
            else if (char.IsHighSurrogate(unit) && escaped.Length >= 6 && escaped[0] == '\\' && escaped[1] == 'u' && char.IsLowSurrogate(Hex(escaped)))
            {
                rune = new Rune(unit, Hex(escaped));
                escaped = escaped[6..];
            }
            written += rune.EncodeToUtf8(target[written..]);
        }
    }

    public static bool EscapedEquals(ReadOnlySpan<byte> escaped, ReadOnlySpan<byte> plain)
    {
        // Each escape sequence is at most six times what it stands for.
        if (escaped.Length < plain.Length || escaped.Length / 6 > plain.Length) return false;
        byte[]? rented = null;
        var buffer = escaped.Length <= OnStack ? stackalloc byte[OnStack] : rented = ArrayPool<byte>.Shared.Rent(escaped.Length);
        var equal = buffer[..Unescape(escaped, buffer)].SequenceEqual(plain);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return equal;
    }

    public static bool SameString(JmesDocument leftDocument, in TapeNode left, JmesDocument rightDocument, in TapeNode right)
    {
        var leftRaw = leftDocument.Raw(left);
        var rightRaw = rightDocument.Raw(right);
        if (!left.Has(TapeNode.Escaped))
            return right.Has(TapeNode.Escaped) ? EscapedEquals(rightRaw, leftRaw) : leftRaw.SequenceEqual(rightRaw);
        if (!right.Has(TapeNode.Escaped)) return EscapedEquals(leftRaw, rightRaw);
        byte[]? rented = null;
        var buffer = leftRaw.Length <= OnStack ? stackalloc byte[OnStack] : rented = ArrayPool<byte>.Shared.Rent(leftRaw.Length);
        var equal = EscapedEquals(rightRaw, buffer[..Unescape(leftRaw, buffer)]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return equal;
    }

    public static int HashString(JmesDocument document, in TapeNode node)
    {
        var raw = document.Raw(node);
        if (!node.Has(TapeNode.Escaped)) return Hash(raw);
        byte[]? rented = null;
        var buffer = raw.Length <= OnStack ? stackalloc byte[OnStack] : rented = ArrayPool<byte>.Shared.Rent(raw.Length);
        var hash = Hash(buffer[..Unescape(raw, buffer)]);
        if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }

    /// <summary>A hash of bytes, seeded for each process: eight bytes a step, multiplied and folded.</summary>
    public static int Hash(ReadOnlySpan<byte> bytes)
    {
        var hash = s_seed ^ (uint)bytes.Length;
        while (bytes.Length >= 8)
        {
            hash = Mix(hash ^ Unsafe.ReadUnaligned<ulong>(in bytes[0]));
            bytes = bytes[8..];
        }
        ulong tail = 0;
        for (var i = 0; i < bytes.Length; i++) tail |= (ulong)bytes[i] << (8 * i);
        hash = Mix(hash ^ tail);
        return (int)(hash ^ (hash >> 32));
    }

    private static ulong Mix(ulong value)
    {
        var high = Math.BigMul(value, 0x9E3779B97F4A7C15ul, out var low);
        return high ^ low ^ s_seed;
    }

    private static char Hex(ReadOnlySpan<byte> escape)
    {
        var value = 0;
        for (var i = 2; i < 6; i++)
        {
            var c = escape[i];
            value = (value << 4) | (c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
        }
        return (char)value;
    }
}
