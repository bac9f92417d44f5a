using System.Text;
using System.Text.Json;

namespace Eventide.Queues.Cloudflare.Bodies;

/// <summary>Decodes a pulled body by its content type. <c>json</c> and <c>bytes</c> are documented as base64 and <c>text</c> as plain, but the
/// documents' own samples show unencoded JSON, so both are read.</summary>
internal static class BodyDecoder
{
    /// <summary>The body's bytes, and whether they are what the producer sent (else they are as the server gave them).</summary>
    public static (ReadOnlyMemory<byte> Body, bool IsDecoded) Decode(JsonElement? body, string? contentType)
    {
        if (body is not { } value)
        {
            return (ReadOnlyMemory<byte>.Empty, true);
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            // JSON that was not even made a string.
            return (Encoding.UTF8.GetBytes(value.GetRawText()), contentType is not ("v8" or "bytes"));
        }

        return contentType switch
        {
            "json" => (DecodeJson(value), true),
            "bytes" => value.TryGetBytesFromBase64(out var bytes) ? (bytes, true) : (Plain(value), false),
            "v8" => (value.TryGetBytesFromBase64(out var opaque) ? opaque : Plain(value), false),
            _ => (Plain(value), true),
        };
    }

    // Base64 of JSON, or JSON text, or a JSON string without its quotation marks: told apart by which of them is JSON. No text is
    // the first two at once unless it is a string that happens to be base64 of JSON, and then the documented form is meant.
    private static byte[] DecodeJson(JsonElement value)
    {
        if (value.TryGetBytesFromBase64(out var bytes) && JsonText.IsOneValue(bytes))
        {
            return bytes;
        }

        var plain = Plain(value);
        return JsonText.IsOneValue(plain) ? plain : JsonSerializer.SerializeToUtf8Bytes(value);
    }

    private static byte[] Plain(JsonElement value) => Encoding.UTF8.GetBytes(value.GetString()!);
}
