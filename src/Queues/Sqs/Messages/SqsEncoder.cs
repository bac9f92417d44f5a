using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Eventide.Queues.Sqs.Messages;

/// <summary>Turns Eventide's messages into SQS' form.</summary>
internal sealed class SqsEncoder(SqsQueueOptions options, bool isFifo, bool contentBasedDeduplication, long maxMessageBytes, bool basicPlaneOnly)
{
    private const int MostDelay = 900;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.");

    /// <summary>Encodes a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="error">Why it cannot be sent, in one line.</param>
    /// <returns>SQS' form, or <see langword="null"/> with <paramref name="error"/>.</returns>
    public SqsEntry? Encode(OutgoingMessage message, out string? error)
    {
        var delay = (int)Math.Min(Math.Ceiling(message.Delay.TotalSeconds), int.MaxValue);
        if (delay > 0 && isFifo)
        {
            error = "a FIFO queue takes no delay for a single message; set the queue's DelaySeconds, or send it later";
            return null;
        }

        if (delay is < 0 or > MostDelay)
        {
            error = $"a delay of {message.Delay} is out of SQS' range, zero to 15 minutes";
            return null;
        }

        var group = message.Group;
        if (group is null && !message.Attributes.TryGetValue(SqsAttributeNames.GroupId, out group) && isFifo)
        {
            group = options.DefaultGroup;
        }

        if (group is not null && !SqsIdentifier.IsGroup(group))
        {
            error = $"the group '{group}' is not one for SQS: 1 to 128 letters, digits and ASCII punctuation, no blanks";
            return null;
        }

        var (body, encoding) = EncodeBody(message.Body);
        var attributes = EncodeAttributes(message.Attributes, encoding, out var traceHeader, out error);
        if (attributes is null)
        {
            return null;
        }

        long bytes = body.Length;
        foreach (var (name, value) in attributes)
        {
            bytes += Encoding.UTF8.GetByteCount(name) + value.DataType.Length
                + (value.Text is null ? value.Binary.Length : Encoding.UTF8.GetByteCount(value.Text));
        }

        if (bytes > maxMessageBytes)
        {
            error = string.Create(
                CultureInfo.InvariantCulture,
                $"the message has {bytes} bytes{(encoding == SqsAttributeNames.Base64 ? " as base64" : "")}, attributes included; the queue takes {maxMessageBytes} (its MaximumMessageSize)");
            return null;
        }

        return new SqsEntry
        {
            Body = body,
            Attributes = attributes,
            DelaySeconds = delay,
            GroupId = group,
            DeduplicationId = Deduplication(message),
            TraceHeader = traceHeader,
            Bytes = bytes,
        };
    }

    // A made-up id is still of use: the SDK's retry of a request whose answer was lost carries the same one.
    private string? Deduplication(OutgoingMessage message) => (isFifo, message.DeduplicationId) switch
    {
        (false, _) => null,
        (true, { Length: > 0 } id) => SqsIdentifier.Deduplication(id),
        _ => contentBasedDeduplication ? null : Guid.NewGuid().ToString("N"),
    };

    private (ReadOnlyMemory<byte> Body, string? Encoding) EncodeBody(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
        {
            return ("-"u8.ToArray(), SqsAttributeNames.Empty);
        }

        if (options.BodyEncoding != SqsBodyEncoding.Base64 && SqsText.IsAccepted(body.Span, basicPlaneOnly))
        {
            return (body, null);
        }

        var text = new byte[Base64.GetMaxEncodedToUtf8Length(body.Length)];
        Base64.EncodeToUtf8(body.Span, text, out _, out var written);
        return (text.AsMemory(0, written), SqsAttributeNames.Base64);
    }

    private IReadOnlyDictionary<string, SqsAttributeValue>? EncodeAttributes(
        IReadOnlyDictionary<string, string> given, string? encoding, out string? traceHeader, out string? error)
    {
        traceHeader = null;
        error = null;
        if (given.Count == 0 && encoding is null)
        {
            return SqsMessage.NoAttributes;
        }

        var native = new Dictionary<string, SqsAttributeValue>(StringComparer.Ordinal);
        Dictionary<string, string>? overflow = null;
        if (encoding is not null)
        {
            native[SqsAttributeNames.Encoding] = new SqsAttributeValue("String", encoding, default);
        }

        // One place is kept for the overflow where there will be one; the trace context's standard names come first, so
        // that consumers other than Eventide find them.
        var places = SqsAttributeNames.Most - native.Count;
        var needsOverflow = given.Count(a => !IsOwn(a.Key)) > places || given.Any(a => !IsOwn(a.Key) && !IsNative(a.Key, a.Value));
        places -= needsOverflow ? 1 : 0;
        foreach (var (name, value) in given.OrderBy(a => a.Key is "traceparent" or "tracestate" ? 0 : 1))
        {
            if (name == SqsAttributeNames.TraceHeader && SqsText.IsAccepted(value, basicPlaneOnly))
            {
                traceHeader = value;
            }
            else if (IsOwn(name) && name != SqsAttributeNames.TraceHeader)
            {
                // Reserved for the provider: the group went where it belongs, the others are written anew.
                continue;
            }
            else if (places > 0 && !IsOwn(name) && IsNative(name, value))
            {
                if (Typed(name, value, out error) is not { } typed)
                {
                    return null;
                }

                native[name] = typed;
                places--;
            }
            else
            {
                (overflow ??= new(StringComparer.Ordinal))[name] = value;
            }
        }

        if (overflow is not null)
        {
            native[SqsAttributeNames.Overflow] = new SqsAttributeValue("String", WriteOverflow(overflow), default);
        }

        return native;
    }

    private static bool IsOwn(string name) =>
        name is SqsAttributeNames.Encoding or SqsAttributeNames.Overflow or SqsAttributeNames.TraceHeader or SqsAttributeNames.GroupId;

    private bool IsNative(string name, string value) =>
        name.Length is > 0 and <= 256
        && !name.AsSpan().ContainsAnyExcept(NameCharacters)
        && name[0] != '.' && name[^1] != '.' && !name.Contains("..", StringComparison.Ordinal)
        && !name.StartsWith("AWS.", StringComparison.OrdinalIgnoreCase)
        && !name.StartsWith("Amazon.", StringComparison.OrdinalIgnoreCase)
        && SqsText.IsAccepted(value, basicPlaneOnly);

    private SqsAttributeValue? Typed(string name, string value, out string? error)
    {
        error = null;
        if (!options.AttributeTypes.TryGetValue(name, out var type))
        {
            return new SqsAttributeValue("String", value, default);
        }

        if (type.StartsWith("Binary", StringComparison.Ordinal))
        {
            var bytes = new byte[value.Length];
            if (Convert.TryFromBase64String(value, bytes, out var written) && written > 0)
            {
                return new SqsAttributeValue(type, null, bytes.AsMemory(0, written));
            }

            error = $"the attribute '{name}' is sent as {type}, but its value is not base64";
            return null;
        }

        if (type.StartsWith("Number", StringComparison.Ordinal)
            && !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        {
            error = $"the attribute '{name}' is sent as {type}, but its value '{value}' is not a number";
            return null;
        }

        return new SqsAttributeValue(type, value, default);
    }

    private static string WriteOverflow(Dictionary<string, string> overflow)
    {
        // The writer's default escapes all but plain ASCII, so that any name and value is text that SQS takes.
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in overflow)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
