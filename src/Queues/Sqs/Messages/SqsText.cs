using System.Buffers;
using System.Text;

namespace Eventide.Queues.Sqs.Messages;

/// <summary>Which text SQS takes: the characters of XML 1.0, <c>#x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to
/// #x10FFFF</c> (SendMessage, in the SQS API reference).</summary>
internal static class SqsText
{
    private static readonly SearchValues<byte> PlainAscii = SearchValues.Create(Plain());

    /// <summary>Whether bytes are UTF-8 of such characters, and not empty.</summary>
    /// <param name="utf8">The bytes.</param>
    /// <param name="basicPlaneOnly">Take no character beyond U+FFFF.</param>
    public static bool IsAccepted(ReadOnlySpan<byte> utf8, bool basicPlaneOnly)
    {
        if (utf8.IsEmpty)
        {
            return false;
        }

        while (true)
        {
            var next = utf8.IndexOfAnyExcept(PlainAscii);
            if (next < 0)
            {
                return true;
            }

            utf8 = utf8[next..];
            if (Rune.DecodeFromUtf8(utf8, out var rune, out var length) != OperationStatus.Done
                || !IsAccepted(rune)
                || (basicPlaneOnly && !rune.IsBmp))
            {
                return false;
            }

            utf8 = utf8[length..];
        }
    }

    /// <summary>Whether text consists of such characters, and is not empty.</summary>
    public static bool IsAccepted(string text, bool basicPlaneOnly)
    {
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(rest, out var rune, out var length) != OperationStatus.Done
                || !IsAccepted(rune)
                || (basicPlaneOnly && !rune.IsBmp))
            {
                return false;
            }

            rest = rest[length..];
        }

        return text.Length > 0;
    }

    private static bool IsAccepted(Rune rune) => rune.Value is 0x9 or 0xA or 0xD or (>= 0x20 and <= 0xFFFD) or >= 0x10000;

    private static byte[] Plain() =>
        [0x9, 0xA, 0xD, .. Enumerable.Range(0x20, 0x60).Select(c => (byte)c)];
}
