using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Eventide.Queues.Cloudflare.Bodies;

/// <summary>Carries what Cloudflare has no place for (attributes, the group, bytes that are not text) inside the body, as
/// <c>{"$eventide":1,"group":"g","attributes":{"name":"value"},"body":…}</c>. A body that is one JSON value stands under <c>body</c> as it is, text
/// under <c>text</c>, anything else under <c>base64</c>. The marker is the first member, so that telling an envelope costs two tokens.</summary>
internal static class Envelope
{
    private const int Version = 1;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = Message.MaxBodyDepth + 8,
    };

    // Throws on half a surrogate pair, where the JSON writer would quietly put U+FFFD: two groups must not become one.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = Message.MaxBodyDepth + 8 };

    /// <summary>The body to send: as it is where that says everything, else in an envelope.</summary>
    /// <exception cref="ArgumentException">An attribute or the group is not valid Unicode.</exception>
    public static EncodedBody Encode(OutgoingMessage message, CloudflareContentType contentType)
    {
        var body = message.Body;
        var isText = Utf8.IsValid(body.Span);
        if (isText && message.Group is null && message.Attributes.Count == 0 && !HasMarker(body.Span))
        {
            return new EncodedBody(body, contentType == CloudflareContentType.Json && JsonText.IsOneValue(body.Span));
        }

        var buffer = new ArrayBufferWriter<byte>(body.Length + 256);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteNumber("$eventide"u8, Version);
            if (message.Group is not null)
            {
                writer.WriteString("group"u8, Strict.GetBytes(message.Group));
            }

            if (message.Attributes.Count > 0)
            {
                writer.WriteStartObject("attributes"u8);
                foreach (var (name, value) in message.Attributes)
                {
                    writer.WriteString(Strict.GetBytes(name), Strict.GetBytes(value));
                }

                writer.WriteEndObject();
            }

            WriteBody(writer, body.Span, isText);
            writer.WriteEndObject();
        }

        return new EncodedBody(buffer.WrittenMemory, contentType == CloudflareContentType.Json);
    }

    /// <summary>Opens an envelope.</summary>
    /// <returns>What it held, or <see langword="null"/> where the body is no envelope (of a version known here).</returns>
    public static Opened? Open(ReadOnlyMemory<byte> body)
    {
        try
        {
            return HasMarker(body.Span) ? Read(body) : null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            // Someone else's object with our marker: it is handed over as it is.
            return null;
        }
    }

    private static void WriteBody(Utf8JsonWriter writer, ReadOnlySpan<byte> body, bool isText)
    {
        if (!isText)
        {
            writer.WriteBase64String("base64"u8, body);
        }
        else if (body.Length > 0 && !JsonText.IsWhiteSpace(body[0]) && !JsonText.IsWhiteSpace(body[^1]) && JsonText.IsOneValue(body))
        {
            writer.WritePropertyName("body"u8);
            writer.WriteRawValue(body, skipInputValidation: true);
        }
        else
        {
            writer.WriteString("text"u8, body);
        }
    }

    private static Opened? Read(ReadOnlyMemory<byte> body)
    {
        var reader = new Utf8JsonReader(body.Span, ReaderOptions);
        reader.Read();
        reader.Read();
        reader.Read();
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out var version) || version != Version)
        {
            return null;
        }

        string? group = null;
        Dictionary<string, string>? attributes = null;
        ReadOnlyMemory<byte>? content = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "group":
                    group = reader.GetString();
                    break;
                case "attributes":
                    attributes = ReadAttributes(ref reader);
                    break;
                case "base64":
                    content = reader.GetBytesFromBase64();
                    break;
                case "text":
                    content = Encoding.UTF8.GetBytes(reader.GetString() ?? "");
                    break;
                case "body":
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    content = body[start..(int)reader.BytesConsumed];
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        // Whatever follows the object makes the whole no envelope.
        var ended = reader.TokenType == JsonTokenType.EndObject && !reader.Read();
        return ended && content is { } bytes ? new Opened(bytes, group, attributes) : null;
    }

    private static Dictionary<string, string> ReadAttributes(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException("The attributes of an envelope are not an object.");
        }

        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            attributes[name] = reader.GetString() ?? "";
        }

        return attributes;
    }

    private static bool HasMarker(ReadOnlySpan<byte> body)
    {
        var start = 0;
        while (start < body.Length && JsonText.IsWhiteSpace(body[start]))
        {
            start++;
        }

        if (start >= body.Length || body[start] != (byte)'{')
        {
            return false;
        }

        var reader = new Utf8JsonReader(body, ReaderOptions);
        try
        {
            return reader.Read() && reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("$eventide"u8);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    internal sealed record Opened(ReadOnlyMemory<byte> Body, string? Group, Dictionary<string, string>? Attributes);
}
