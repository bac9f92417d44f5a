using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text.Unicode;

namespace Eventide.JmesPath;

/// <summary>
/// Reads one JSON value, strictly by RFC 8259, into a tape of nodes. One pass, no recursion: while a container is open, its node's
/// <see cref="TapeNode.Next"/> holds its parent and its <see cref="TapeNode.Length"/> the parent's count so far.
/// </summary>
internal static unsafe class JsonTokenizer
{
    private const int FirstCapacity = 64;

    public static bool Read(byte[] text, int offset, int length, int maxDepth, ref TapeNode[] tape, out JmesDocumentError error)
    {
        var span = new ReadOnlySpan<byte>(text, offset, length);
        // Strings then need no look at their encoding.
        if (!Utf8.IsValid(span))
        {
            error = new(JmesDocumentFault.InvalidUtf8, FirstInvalid(span));
            return false;
        }
        fixed (byte* start = span)
        {
            var fault = Scan(start, start + length, offset, maxDepth, ref tape, out var at);
            error = fault == JmesDocumentFault.None ? default : Describe(fault, span, at, maxDepth);
            return fault == JmesDocumentFault.None;
        }
    }

    private static JmesDocumentError Describe(JmesDocumentFault fault, ReadOnlySpan<byte> text, long at, int maxDepth)
    {
        if (text.StartsWith("\uFEFF"u8)) return new(JmesDocumentFault.ByteOrderMark, 0);
        if (text.IndexOfAnyExcept(" \t\r\n"u8) < 0) return new(JmesDocumentFault.Empty, 0);
        if (fault != JmesDocumentFault.TooDeep && at >= text.Length) return new(JmesDocumentFault.UnexpectedEnd, text.Length);
        return new(fault, at, maxDepth);
    }

    private static int FirstInvalid(ReadOnlySpan<byte> text)
    {
        // Bisect to the first prefix that is invalid by more than a cut-off sequence.
        var position = 0;
        while (position < text.Length)
        {
            if (System.Text.Rune.DecodeFromUtf8(text[position..], out _, out var consumed) != System.Buffers.OperationStatus.Done) return position;
            position += consumed;
        }
        return position;
    }

    private static JmesDocumentFault Scan(byte* start, byte* end, int offset, int maxDepth, ref TapeNode[] tape, out long at)
    {
        var nodes = tape;
        // Room is made before a node is written, so that the tape needs no bounds checks.
        ref var first = ref MemoryMarshal.GetArrayDataReference(nodes);
        var n = 0;
        var count = 0;
        var parent = -1;
        var inObject = false;
        var depth = 0;
        var p = start;
        byte c;
        JmesDocumentFault fault;

    Value:
        while (p < end && *p <= ' ' && IsSpace(*p)) p++;
        if (p >= end) goto End;
        if (n + 2 > nodes.Length)
        {
            if (!Grow(ref tape, ref nodes, end - start))
            {
                fault = JmesDocumentFault.TooLarge;
                goto Failed;
            }
            first = ref MemoryMarshal.GetArrayDataReference(nodes);
        }
        c = *p;
        // Tested in order of frequency: a jump table would be one hard to predict jump for all.
        if (c == '"')
        {
            ref var node = ref Unsafe.Add(ref first, n++);
            node.Start = (int)(p - start) + offset + 1;
            node.Kind = JmesKind.String;
            node.Next = n;
            p = ScanString(p + 1, end, ref node, out fault);
            if (fault != JmesDocumentFault.None) goto Failed;
            node.Length = (int)(p - start) + offset - node.Start;
            p++;
            goto AfterValue;
        }
        if ((uint)(c - '0') <= 9 || c == '-')
        {
            ref var node = ref Unsafe.Add(ref first, n++);
            node.Start = (int)(p - start) + offset;
            node.Kind = JmesKind.Number;
            node.Next = n;
            p = ScanNumber(p, end, out node.Flags, out var valid);
            if (!valid)
            {
                fault = JmesDocumentFault.InvalidNumber;
                goto Failed;
            }
            node.Length = (int)(p - start) + offset - node.Start;
            goto AfterValue;
        }
        if (c is (byte)'{' or (byte)'[')
        {
            if (++depth > maxDepth)
            {
                fault = JmesDocumentFault.TooDeep;
                goto Failed;
            }
            ref var node = ref Unsafe.Add(ref first, n);
            node.Start = (int)(p - start) + offset;
            node.Kind = c == '{' ? JmesKind.Object : JmesKind.Array;
            node.Flags = 0;
            node.Next = parent;
            node.Length = count;
            parent = n++;
            count = 0;
            inObject = c == '{';
            p++;
            while (p < end && *p <= ' ' && IsSpace(*p)) p++;
            if (p >= end) goto End;
            if (*p == (inObject ? (byte)'}' : (byte)']')) goto Close;
            if (inObject) goto Key;
            goto Value;
        }
        if (c == 't')
        {
            if (end - p < 4 || *(uint*)p != Word("true"u8)) goto BadWord;
            Constant(ref Unsafe.Add(ref first, n++), JmesKind.True, (int)(p - start) + offset, 4, n);
            p += 4;
            goto AfterValue;
        }
        if (c == 'f')
        {
            if (end - p < 5 || *(uint*)(p + 1) != Word("alse"u8)) goto BadWord;
            Constant(ref Unsafe.Add(ref first, n++), JmesKind.False, (int)(p - start) + offset, 5, n);
            p += 5;
            goto AfterValue;
        }
        if (c == 'n')
        {
            if (end - p < 4 || *(uint*)p != Word("null"u8)) goto BadWord;
            Constant(ref Unsafe.Add(ref first, n++), JmesKind.Null, (int)(p - start) + offset, 4, n);
            p += 4;
            goto AfterValue;
        }
        fault = JmesDocumentFault.ExpectedValue;
        goto Failed;

    Key:
        while (p < end && *p <= ' ' && IsSpace(*p)) p++;
        if (p >= end) goto End;
        if (*p != '"')
        {
            fault = JmesDocumentFault.ExpectedName;
            goto Failed;
        }
        if (n + 2 > nodes.Length)
        {
            if (!Grow(ref tape, ref nodes, end - start))
            {
                fault = JmesDocumentFault.TooLarge;
                goto Failed;
            }
            first = ref MemoryMarshal.GetArrayDataReference(nodes);
        }
        {
            ref var node = ref Unsafe.Add(ref first, n++);
            node.Start = (int)(p - start) + offset + 1;
            node.Kind = JmesKind.String;
            node.Next = n;
            p = ScanString(p + 1, end, ref node, out fault);
            if (fault != JmesDocumentFault.None) goto Failed;
            node.Length = (int)(p - start) + offset - node.Start;
            p++;
        }
        while (p < end && *p <= ' ' && IsSpace(*p)) p++;
        if (p >= end) goto End;
        if (*p != ':')
        {
            fault = JmesDocumentFault.ExpectedColon;
            goto Failed;
        }
        p++;
        goto Value;

    AfterValue:
        while (p < end && *p <= ' ' && IsSpace(*p)) p++;
        if (parent < 0)
        {
            fault = p < end ? JmesDocumentFault.TrailingContent : JmesDocumentFault.None;
            at = p - start;
            return fault;
        }
        count++;
        if (p >= end) goto End;
        if (*p == ',')
        {
            p++;
            if (inObject) goto Key;
            goto Value;
        }
        if (*p != (inObject ? (byte)'}' : (byte)']'))
        {
            fault = inObject ? JmesDocumentFault.ExpectedCommaOrBrace : JmesDocumentFault.ExpectedCommaOrBracket;
            goto Failed;
        }

    Close:
        p++;
        depth--;
        {
            ref var node = ref Unsafe.Add(ref first, parent);
            var outer = node.Next;
            var outerCount = node.Length;
            node.Next = n;
            node.Length = count;
            parent = outer;
            count = outerCount;
            inObject = outer >= 0 && Unsafe.Add(ref first, outer).Kind == JmesKind.Object;
        }
        goto AfterValue;

    BadWord:
        // A word cut off by the end of the text is an early end, a wrong one is not.
        fault = JmesDocumentFault.ExpectedValue;
        var word = c == 't' ? "true"u8 : c == 'f' ? "false"u8 : "null"u8;
        for (var i = 0; i < word.Length; i++)
        {
            if (p + i >= end) goto End;
            if (p[i] != word[i]) break;
        }
        goto Failed;

    End:
        at = end - start;
        return JmesDocumentFault.UnexpectedEnd;

    Failed:
        at = p - start;
        return fault;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSpace(byte c) => c is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Word(ReadOnlySpan<byte> four) => Unsafe.ReadUnaligned<uint>(in four[0]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Constant(ref TapeNode node, JmesKind kind, int start, int length, int next)
    {
        node.Start = start;
        node.Length = length;
        node.Next = next;
        node.Kind = kind;
        node.Flags = 0;
    }

    private static bool Grow(ref TapeNode[] tape, ref TapeNode[] nodes, long textLength)
    {
        // Most documents have a node for every 6 to 10 bytes.
        var wanted = Math.Max(Math.Max(FirstCapacity, (long)nodes.Length * 2), Math.Min(textLength / 8, 1 << 16));
        if (wanted > Array.MaxLength)
        {
            if (nodes.Length == Array.MaxLength) return false;
            wanted = Array.MaxLength;
        }
        var larger = GC.AllocateUninitializedArray<TapeNode>((int)wanted);
        nodes.CopyTo(larger, 0);
        tape = larger;
        nodes = larger;
        return true;
    }

    /// <summary>From the first byte of a string's content to its closing quote.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* ScanString(byte* p, byte* end, ref TapeNode node, out JmesDocumentFault fault)
    {
        node.Flags = 0;
        fault = JmesDocumentFault.None;
        if (Vector128.IsHardwareAccelerated && end - p >= Vector128<byte>.Count)
        {
            var block = Vector128.Load(p);
            var hits = (Vector128.Equals(block, Vector128.Create((byte)'"')) | Vector128.Equals(block, Vector128.Create((byte)'\\'))
                | Vector128.LessThan(block, Vector128.Create((byte)0x20))).ExtractMostSignificantBits();
            if (hits != 0)
            {
                p += BitOperations.TrailingZeroCount(hits);
                if (*p == '"') return p;
            }
            else
            {
                p += Vector128<byte>.Count;
            }
        }
        return ScanLongString(p, end, ref node, out fault);
    }

    private static byte* ScanLongString(byte* p, byte* end, ref TapeNode node, out JmesDocumentFault fault)
    {
        while (true)
        {
            p = SkipPlain(p, end);
            if (p >= end)
            {
                fault = JmesDocumentFault.UnexpectedEnd;
                return end;
            }
            if (*p == '"')
            {
                fault = JmesDocumentFault.None;
                return p;
            }
            if (*p != '\\')
            {
                fault = JmesDocumentFault.ControlCharacter;
                return p;
            }
            node.Flags = TapeNode.Escaped;
            if (p + 1 >= end)
            {
                fault = JmesDocumentFault.UnexpectedEnd;
                return end;
            }
            switch (p[1])
            {
                case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                    p += 2;
                    continue;
                case (byte)'u':
                    for (var i = 2; i < 6; i++)
                    {
                        if (p + i >= end)
                        {
                            fault = JmesDocumentFault.UnexpectedEnd;
                            return end;
                        }
                        if (!char.IsAsciiHexDigit((char)p[i]))
                        {
                            fault = JmesDocumentFault.InvalidEscape;
                            return p;
                        }
                    }
                    p += 6;
                    continue;
                default:
                    fault = JmesDocumentFault.InvalidEscape;
                    return p;
            }
        }
    }

    /// <summary>To the next quote, backslash or control character.</summary>
    private static byte* SkipPlain(byte* p, byte* end)
    {
        if (Vector256.IsHardwareAccelerated)
        {
            for (; end - p >= Vector256<byte>.Count; p += Vector256<byte>.Count)
            {
                var block = Vector256.Load(p);
                var hits = (Vector256.Equals(block, Vector256.Create((byte)'"')) | Vector256.Equals(block, Vector256.Create((byte)'\\'))
                    | Vector256.LessThan(block, Vector256.Create((byte)0x20))).ExtractMostSignificantBits();
                if (hits != 0) return p + BitOperations.TrailingZeroCount(hits);
            }
        }
        if (Vector128.IsHardwareAccelerated)
        {
            for (; end - p >= Vector128<byte>.Count; p += Vector128<byte>.Count)
            {
                var block = Vector128.Load(p);
                var hits = (Vector128.Equals(block, Vector128.Create((byte)'"')) | Vector128.Equals(block, Vector128.Create((byte)'\\'))
                    | Vector128.LessThan(block, Vector128.Create((byte)0x20))).ExtractMostSignificantBits();
                if (hits != 0) return p + BitOperations.TrailingZeroCount(hits);
            }
        }
        while (p < end && *p >= 0x20 && *p != '"' && *p != '\\') p++;
        return p;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* ScanNumber(byte* p, byte* end, out byte flags, out bool valid)
    {
        flags = TapeNode.Integer;
        valid = false;
        if (*p == '-')
        {
            p++;
            if (p >= end || !IsDigit(*p)) return p;
        }
        if (*p == '0')
        {
            p++;
            if (p < end && IsDigit(*p)) return p;
        }
        else
        {
            do p++; while (p < end && IsDigit(*p));
        }
        if (p < end && *p is (byte)'.' or (byte)'e' or (byte)'E') return ScanFraction(p, end, out flags, out valid);
        valid = true;
        return p;
    }

    private static byte* ScanFraction(byte* p, byte* end, out byte flags, out bool valid)
    {
        flags = 0;
        valid = false;
        if (*p == '.')
        {
            p++;
            if (p >= end || !IsDigit(*p)) return p;
            do p++; while (p < end && IsDigit(*p));
        }
        if (p < end && (*p | 0x20) == 'e')
        {
            p++;
            if (p < end && *p is (byte)'+' or (byte)'-') p++;
            if (p >= end || !IsDigit(*p)) return p;
            do p++; while (p < end && IsDigit(*p));
        }
        valid = true;
        return p;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsDigit(byte c) => (uint)(c - '0') <= 9;
}
