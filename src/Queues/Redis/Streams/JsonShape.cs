using System.Text.Json;

namespace Eventide.Queues.Redis;

/// <summary>Whether bytes look like JSON. Sender and receiver ask the same question, so that what is sent comes back as it was.</summary>
internal static class JsonShape
{
    /// <summary>Whether the bytes are an object, array or string by their first and last byte, or a whole number or literal of JSON.</summary>
    public static bool LooksLikeJson(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes.Trim(" \t\r\n"u8);
        if (bytes.IsEmpty)
        {
            return false;
        }

        return bytes[0] switch
        {
            (byte)'{' => bytes.Length > 1 && bytes[^1] == '}',
            (byte)'[' => bytes.Length > 1 && bytes[^1] == ']',
            (byte)'"' => bytes.Length > 1 && bytes[^1] == '"',
            _ => IsLiteral(bytes),
        };
    }

    /// <summary>Whether the bytes are a number of JSON of at most 17 digits, which a double holds.</summary>
    public static bool IsNumber(ReadOnlySpan<byte> bytes) =>
        bytes.Length is > 0 and <= 24 && (char.IsAsciiDigit((char)bytes[^1]) && (bytes[0] == '-' || char.IsAsciiDigit((char)bytes[0])))
        && bytes.ContainsAnyInRange((byte)'0', (byte)'9') && CountDigits(bytes) <= 17 && IsLiteral(bytes);

    private static int CountDigits(ReadOnlySpan<byte> bytes)
    {
        var digits = 0;
        foreach (var b in bytes)
        {
            digits += char.IsAsciiDigit((char)b) ? 1 : 0;
        }

        return digits;
    }

    private static bool IsLiteral(ReadOnlySpan<byte> bytes)
    {
        // Numbers and the three words; longer ones are not worth the look.
        if (bytes.Length > 64 || !(bytes[0] is (byte)'t' or (byte)'f' or (byte)'n' or (byte)'-' || char.IsAsciiDigit((char)bytes[0])))
        {
            return false;
        }

        var reader = new Utf8JsonReader(bytes);
        try
        {
            return reader.Read() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
