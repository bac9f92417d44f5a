using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace Eventide.Queues.Sqs.Messages;

/// <summary>Turns what SQS delivers into Eventide's messages.</summary>
internal sealed class SqsDecoder(string queue, bool isFifo, bool groupsAreLanes, bool checksAttributes)
{
    /// <summary>Whether a message arrived as SQS' checksums tell.</summary>
    public bool IsIntact(SqsMessage received) =>
        SqsDigest.Fits(received.Body, received.BodyMd5)
        && (!checksAttributes || SqsDigest.Fits(received.Attributes, received.AttributesMd5));

    /// <summary>Decodes a message.</summary>
    public LeasedMessage Decode(SqsMessage received)
    {
        var attributes = Attributes(received, out var encoding);
        ReadOnlyMemory<byte> body = encoding switch
        {
            SqsAttributeNames.Empty => default,
            SqsAttributeNames.Base64 => FromBase64(received.Body),
            _ => received.Body,
        };
        var message = new Message(received.MessageId, queue, body)
        {
            Attempt = Math.Max(1, received.ReceiveCount),
            EnqueuedAt = received.SentAt,
            Group = isFifo || groupsAreLanes ? received.GroupId : null,
            Attributes = attributes,
            Native = received,
        };
        received.Body = [];
        return new LeasedMessage(message, received);
    }

    private IReadOnlyDictionary<string, string> Attributes(SqsMessage received, out string? encoding)
    {
        encoding = null;
        var tellsGroup = received.GroupId is not null && !isFifo && !groupsAreLanes;
        if (received.Attributes.Count == 0 && received.TraceHeader is null && !tellsGroup)
        {
            return Message.NoAttributes;
        }

        var attributes = new Dictionary<string, string>(received.Attributes.Count + 2, StringComparer.Ordinal);
        foreach (var (name, value) in received.Attributes)
        {
            switch (name)
            {
                case SqsAttributeNames.Encoding when value.Text == SqsAttributeNames.Empty
                    || (value.Text == SqsAttributeNames.Base64 && Base64.IsValid(received.Body)):
                    encoding = value.Text;
                    break;
                case SqsAttributeNames.Overflow when value.Text is not null && ReadOverflow(value.Text, attributes):
                    break;
                default:
                    attributes[name] = value.ToString();
                    break;
            }
        }

        if (received.TraceHeader is { } trace)
        {
            attributes[SqsAttributeNames.TraceHeader] = trace;
        }

        if (tellsGroup)
        {
            attributes[SqsAttributeNames.GroupId] = received.GroupId!;
        }

        return attributes;
    }

    // What is not an object of strings is someone else's attribute of that name, and stays one.
    private static bool ReadOverflow(string json, Dictionary<string, string> attributes)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || document.RootElement.EnumerateObject().Any(m => m.Value.ValueKind != JsonValueKind.String))
            {
                return false;
            }

            foreach (var member in document.RootElement.EnumerateObject())
            {
                attributes[member.Name] = member.Value.GetString()!;
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static byte[] FromBase64(byte[] text)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        var status = Base64.DecodeFromUtf8(text, bytes, out _, out var written);
        return status == OperationStatus.Done ? bytes[..written] : text;
    }
}
