using System.Globalization;
using System.Text.Json;

namespace Eventide.Queues.Sqs.Wire;

/// <summary>Reads the JSON of the answers. Members that are unknown are passed over, and those that may be left out may be.</summary>
internal static class SqsAnswers
{
    public static List<SqsMessage> Receive(byte[] json)
    {
        var messages = new List<SqsMessage>(10);
        if (json.Length == 0)
        {
            return messages;
        }

        var reader = new Utf8JsonReader(json);
        ReadStart(ref reader);
        while (NextMember(ref reader))
        {
            if (!reader.ValueTextEquals("Messages"u8))
            {
                reader.Skip();
                continue;
            }

            reader.Read();
            while (NextElement(ref reader))
            {
                messages.Add(ReadMessage(ref reader));
            }
        }

        return messages;
    }

    public static SqsBatchAnswer Batch(byte[] json)
    {
        var answer = new SqsBatchAnswer(new List<SqsSent>(10), []);
        var reader = new Utf8JsonReader(json);
        ReadStart(ref reader);
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("Successful"u8))
            {
                reader.Read();
                while (NextElement(ref reader))
                {
                    answer.Successful.Add(ReadSent(ref reader));
                }
            }
            else if (reader.ValueTextEquals("Failed"u8))
            {
                reader.Read();
                while (NextElement(ref reader))
                {
                    answer.Failed.Add(ReadFailure(ref reader));
                }
            }
            else
            {
                reader.Skip();
            }
        }

        return answer;
    }

    public static string QueueUrl(byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        ReadStart(ref reader);
        string? url = null;
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("QueueUrl"u8))
            {
                reader.Read();
                url = reader.GetString();
            }
            else
            {
                reader.Skip();
            }
        }

        return url ?? throw new FormatException("QueueUrl is missing");
    }

    public static Dictionary<string, string> Attributes(byte[] json)
    {
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        if (json.Length == 0)
        {
            return attributes;
        }

        var reader = new Utf8JsonReader(json);
        ReadStart(ref reader);
        while (NextMember(ref reader))
        {
            if (!reader.ValueTextEquals("Attributes"u8))
            {
                reader.Skip();
                continue;
            }

            reader.Read();
            while (NextMember(ref reader))
            {
                var name = reader.GetString()!;
                reader.Read();
                if (reader.TokenType == JsonTokenType.String)
                {
                    attributes[name] = reader.GetString()!;
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        return attributes;
    }

    private static SqsMessage ReadMessage(ref Utf8JsonReader reader)
    {
        var message = new SqsMessage();
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("Body"u8))
            {
                reader.Read();
                message.Body = ReadUtf8(ref reader);
            }
            else if (reader.ValueTextEquals("ReceiptHandle"u8))
            {
                message.ReceiptHandle = ReadString(ref reader) ?? "";
            }
            else if (reader.ValueTextEquals("MessageId"u8))
            {
                message.MessageId = ReadString(ref reader) ?? "";
            }
            else if (reader.ValueTextEquals("MD5OfBody"u8))
            {
                message.BodyMd5 = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("MD5OfMessageAttributes"u8))
            {
                message.AttributesMd5 = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("Attributes"u8))
            {
                reader.Read();
                ReadSystemAttributes(ref reader, message);
            }
            else if (reader.ValueTextEquals("MessageAttributes"u8))
            {
                reader.Read();
                message.Attributes = ReadMessageAttributes(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return message.ReceiptHandle.Length > 0 ? message : throw new FormatException("a message has no ReceiptHandle");
    }

    private static void ReadSystemAttributes(ref Utf8JsonReader reader, SqsMessage message)
    {
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("ApproximateReceiveCount"u8))
            {
                message.ReceiveCount = int.TryParse(ReadString(ref reader), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 1;
            }
            else if (reader.ValueTextEquals("SentTimestamp"u8))
            {
                message.SentAt = ReadTime(ref reader);
            }
            else if (reader.ValueTextEquals("ApproximateFirstReceiveTimestamp"u8))
            {
                message.FirstReceivedAt = ReadTime(ref reader);
            }
            else if (reader.ValueTextEquals("MessageGroupId"u8))
            {
                message.GroupId = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("MessageDeduplicationId"u8))
            {
                message.DeduplicationId = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("SequenceNumber"u8))
            {
                message.SequenceNumber = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("AWSTraceHeader"u8))
            {
                message.TraceHeader = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("DeadLetterQueueSourceArn"u8))
            {
                message.DeadLetterSourceArn = ReadString(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static Dictionary<string, SqsAttributeValue> ReadMessageAttributes(ref Utf8JsonReader reader)
    {
        var attributes = new Dictionary<string, SqsAttributeValue>(StringComparer.Ordinal);
        while (NextMember(ref reader))
        {
            var name = reader.GetString()!;
            reader.Read();
            string type = "String", text = "";
            byte[]? binary = null;
            while (NextMember(ref reader))
            {
                if (reader.ValueTextEquals("DataType"u8))
                {
                    type = ReadString(ref reader) ?? type;
                }
                else if (reader.ValueTextEquals("StringValue"u8))
                {
                    text = ReadString(ref reader) ?? text;
                }
                else if (reader.ValueTextEquals("BinaryValue"u8))
                {
                    reader.Read();
                    binary = reader.TokenType == JsonTokenType.String ? reader.GetBytesFromBase64() : null;
                }
                else
                {
                    reader.Skip();
                }
            }

            attributes[name] = binary is null ? new SqsAttributeValue(type, text, default) : new SqsAttributeValue(type, null, binary);
        }

        return attributes;
    }

    private static SqsSent ReadSent(ref Utf8JsonReader reader)
    {
        string? id = null, messageId = null, body = null, attributes = null;
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("Id"u8))
            {
                id = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("MessageId"u8))
            {
                messageId = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("MD5OfMessageBody"u8))
            {
                body = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("MD5OfMessageAttributes"u8))
            {
                attributes = ReadString(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return new SqsSent(id ?? "", messageId, body, attributes);
    }

    private static SqsBatchFailure ReadFailure(ref Utf8JsonReader reader)
    {
        string? id = null, code = null, message = null;
        var senderFault = false;
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("Id"u8))
            {
                id = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("Code"u8))
            {
                code = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("Message"u8))
            {
                message = ReadString(ref reader);
            }
            else if (reader.ValueTextEquals("SenderFault"u8))
            {
                reader.Read();
                senderFault = reader.TokenType == JsonTokenType.True;
            }
            else
            {
                reader.Skip();
            }
        }

        return new SqsBatchFailure(id ?? "", senderFault, code ?? "", message ?? "no reason given");
    }

    private static DateTimeOffset? ReadTime(ref Utf8JsonReader reader) =>
        long.TryParse(ReadString(ref reader), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds < 253_402_300_800_000
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    private static byte[] ReadUtf8(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return reader.TokenType == JsonTokenType.Null ? [] : throw new FormatException("a message's Body is not a string");
        }

        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan.ToArray();
        }

        var buffer = new byte[reader.ValueSpan.Length];
        return buffer[..reader.CopyString(buffer)];
    }

    private static string? ReadString(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetString();
    }

    private static void ReadStart(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException("it is not a JSON object");
        }
    }

    private static bool NextMember(ref Utf8JsonReader reader) => reader.TokenType != JsonTokenType.Null && reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private static bool NextElement(ref Utf8JsonReader reader) => reader.TokenType != JsonTokenType.Null && reader.Read() && reader.TokenType == JsonTokenType.StartObject;
}
