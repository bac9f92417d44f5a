using System.Text.Json;

namespace Eventide.Queues.Cloudflare.Bodies;

internal static class JsonText
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = Message.MaxBodyDepth };

    /// <summary>Whether the bytes are one JSON value of a depth that handlers accept, white space around it allowed.</summary>
    public static bool IsOneValue(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, Options);
        try
        {
            var any = false;
            while (reader.Read())
            {
                any = true;
            }

            return any;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public static bool IsWhiteSpace(byte value) => value is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
