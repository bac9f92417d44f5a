using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Eventide.Queues;

/// <summary>How a message becomes one line of a file, and a line a message again.</summary>
/// <remarks>
/// <para>A body that is JSON, of a message with neither attributes nor group, is the line itself, its line breaks (in JSON
/// never part of a value) left out. Everything else is in an envelope, one JSON object with the marker as its first member:</para>
/// <code>{"eventide":1,"attributes":{"name":"value"},"group":"name","body":{"any":"JSON"}}</code>
/// <para><c>attributes</c> and <c>group</c> may be absent. In place of <c>body</c> stands <c>text</c>, a string, for a body
/// that is UTF-8 but not JSON, or <c>base64</c>, a string, for any other. A line that begins like an envelope but is not
/// wholly of this form is an ordinary line.</para>
/// </remarks>
internal static class FileEnvelope
{
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        // A file, not a web page: letters stay as they are.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
        MaxDepth = int.MaxValue,
    };

    // The reader keeps its depth in bits, not on the stack.
    private static readonly JsonReaderOptions ReaderOptions = new() { MaxDepth = int.MaxValue };

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static ReadOnlySpan<byte> Marker => "{\"eventide\":1,"u8;

    public static bool IsMarked(ReadOnlySpan<byte> line) => line.StartsWith(Marker);

    /// <summary>Writes a message and its line end.</summary>
    public static void Write(ArrayBufferWriter<byte> output, OutgoingMessage message)
    {
        var body = message.Body.Span;
        var isJson = IsJson(body);
        if (isJson && message.Attributes.Count == 0 && message.Group is null && !IsMarked(body))
        {
            WriteOnOneLine(output, body);
        }
        else
        {
            WriteEnvelope(output, message, isJson);
        }

        output.Write("\n"u8);
    }

    /// <summary>Reads an envelope.</summary>
    /// <returns>Whether the line is one; if not, it is a body as it stands.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> line, out FileEnvelopeContent content)
    {
        content = default;
        try
        {
            return TryReadMembers(line, out content);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            // Not one after all: cut off, say, or some other program's.
            return false;
        }
    }

    private static bool TryReadMembers(ReadOnlyMemory<byte> line, out FileEnvelopeContent content)
    {
        content = default;
        ReadOnlyMemory<byte>? body = null;
        Dictionary<string, string>? attributes = null;
        string? group = null;
        var bodies = 0;
        var marked = false;
        var reader = new Utf8JsonReader(line.Span, ReaderOptions);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "eventide" when !marked:
                    marked = true;
                    break;
                case "attributes" when attributes is null && reader.TokenType == JsonTokenType.StartObject:
                    attributes = new Dictionary<string, string>(StringComparer.Ordinal);
                    while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                    {
                        var attribute = reader.GetString()!;
                        reader.Read();
                        attributes[attribute] = reader.GetString() ?? throw new FormatException();
                    }

                    break;
                case "group":
                    group = reader.GetString() ?? throw new FormatException();
                    break;
                case "body":
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    body = line[start..(int)reader.BytesConsumed];
                    bodies++;
                    break;
                case "text" when reader.TokenType == JsonTokenType.String:
                    body = Encoding.UTF8.GetBytes(reader.GetString()!);
                    bodies++;
                    break;
                case "base64" when reader.TokenType == JsonTokenType.String:
                    body = reader.GetBytesFromBase64();
                    bodies++;
                    break;
                default:
                    return false;
            }
        }

        // Read to the end, so that nothing follows the object.
        if (reader.Read() || body is null || bodies != 1)
        {
            return false;
        }

        content = new FileEnvelopeContent(body.Value, attributes ?? Message.NoAttributes, group);
        return true;
    }

    private static void WriteOnOneLine(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> json)
    {
        while (json.IndexOfAny((byte)'\n', (byte)'\r') is var at && at >= 0)
        {
            output.Write(json[..at]);
            json = json[(at + 1)..];
        }

        output.Write(json);
    }

    private static void WriteEnvelope(ArrayBufferWriter<byte> output, OutgoingMessage message, bool isJson)
    {
        using var writer = new Utf8JsonWriter(output, WriterOptions);
        writer.WriteStartObject();
        writer.WriteNumber("eventide"u8, 1);
        if (message.Attributes.Count > 0)
        {
            writer.WriteStartObject("attributes"u8);
            foreach (var (name, value) in message.Attributes)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }

        if (message.Group is not null)
        {
            writer.WriteString("group"u8, message.Group);
        }

        if (isJson)
        {
            var line = new ArrayBufferWriter<byte>(Math.Max(message.Body.Length, 1));
            WriteOnOneLine(line, message.Body.Span);
            writer.WritePropertyName("body"u8);
            writer.WriteRawValue(line.WrittenSpan, skipInputValidation: true);
        }
        else if (IsText(message.Body.Span, out var text))
        {
            writer.WriteString("text"u8, text);
        }
        else
        {
            writer.WriteBase64String("base64"u8, message.Body.Span);
        }

        writer.WriteEndObject();
    }

    private static bool IsJson(ReadOnlySpan<byte> body)
    {
        // Asked first what costs nothing: an empty body is common, and no JSON.
        if (body.IsEmpty)
        {
            return false;
        }

        var reader = new Utf8JsonReader(body, ReaderOptions);
        try
        {
            while (reader.Read())
            {
                // The reader checks strings' escapes only when asked for their value; their bytes are checked below.
            }
        }
        catch (JsonException)
        {
            return false;
        }

        // A JSON text is UTF-8; the reader lets bad bytes within strings pass.
        return System.Text.Unicode.Utf8.IsValid(body);
    }

    private static bool IsText(ReadOnlySpan<byte> body, out string text)
    {
        if (System.Text.Unicode.Utf8.IsValid(body))
        {
            text = StrictUtf8.GetString(body);
            return true;
        }

        text = "";
        return false;
    }
}
