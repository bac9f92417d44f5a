using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Eventide.Queues.Sqs.Messages;

namespace Eventide.Queues.Sqs.Wire;

/// <summary>Writes the JSON of the calls, by the SQS API reference.</summary>
internal static class SqsRequests
{
    private static readonly string[] SystemAttributes =
    [
        "ApproximateReceiveCount", "SentTimestamp", "ApproximateFirstReceiveTimestamp", "MessageGroupId", "MessageDeduplicationId",
        "SequenceNumber", "AWSTraceHeader", "DeadLetterQueueSourceArn",
    ];

    // Relaxed: the text goes into a request, never into a page, and escapes less.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static byte[] Receive(string url, int max, int waitSeconds, int visibilitySeconds, IList<string> attributeNames, string? attemptId) =>
        Write(512, w =>
        {
            w.WriteString("QueueUrl"u8, url);
            w.WriteNumber("MaxNumberOfMessages"u8, max);
            w.WriteNumber("WaitTimeSeconds"u8, waitSeconds);
            w.WriteNumber("VisibilityTimeout"u8, visibilitySeconds);
            w.WriteStartArray("MessageAttributeNames"u8);
            foreach (var name in attributeNames.Count == 0 ? ["All"] : attributeNames)
            {
                w.WriteStringValue(name);
            }

            w.WriteEndArray();
            w.WriteStartArray("MessageSystemAttributeNames"u8);
            foreach (var name in SystemAttributes)
            {
                w.WriteStringValue(name);
            }

            w.WriteEndArray();
            if (attemptId is not null)
            {
                w.WriteString("ReceiveRequestAttemptId"u8, attemptId);
            }
        });

    public static byte[] Delete(string url, IReadOnlyList<string> handles) => Write(512 + (handles.Count * 512), w =>
    {
        w.WriteString("QueueUrl"u8, url);
        w.WriteStartArray("Entries"u8);
        for (var i = 0; i < handles.Count; i++)
        {
            w.WriteStartObject();
            w.WriteString("Id"u8, Id(i));
            w.WriteString("ReceiptHandle"u8, handles[i]);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    });

    public static byte[] ChangeVisibility(string url, IReadOnlyList<string> handles, IReadOnlyList<int> seconds) => Write(512 + (handles.Count * 512), w =>
    {
        w.WriteString("QueueUrl"u8, url);
        w.WriteStartArray("Entries"u8);
        for (var i = 0; i < handles.Count; i++)
        {
            w.WriteStartObject();
            w.WriteString("Id"u8, Id(i));
            w.WriteString("ReceiptHandle"u8, handles[i]);
            w.WriteNumber("VisibilityTimeout"u8, seconds[i]);
            w.WriteEndObject();
        }

        w.WriteEndArray();
    });

    public static byte[] Send(string url, IReadOnlyList<(int Index, SqsEntry Entry)> entries) =>
        Write(256 + (int)Math.Min(entries.Sum(e => e.Entry.Bytes + 256), 1 << 21), w =>
        {
            w.WriteString("QueueUrl"u8, url);
            w.WriteStartArray("Entries"u8);
            foreach (var (index, entry) in entries)
            {
                WriteEntry(w, index, entry);
            }

            w.WriteEndArray();
        });

    public static byte[] GetQueueUrl(string name, string? account) => Write(128, w =>
    {
        w.WriteString("QueueName"u8, name);
        if (account is not null)
        {
            w.WriteString("QueueOwnerAWSAccountId"u8, account);
        }
    });

    public static byte[] GetQueueAttributes(string url) => Write(256, w =>
    {
        w.WriteString("QueueUrl"u8, url);
        w.WriteStartArray("AttributeNames"u8);
        w.WriteStringValue("All"u8);
        w.WriteEndArray();
    });

    public static byte[] CreateQueue(string name, IEnumerable<KeyValuePair<string, string>> attributes) => Write(256, w =>
    {
        w.WriteString("QueueName"u8, name);
        w.WriteStartObject("Attributes"u8);
        foreach (var (key, value) in attributes)
        {
            w.WriteString(key, value);
        }

        w.WriteEndObject();
    });

    /// <summary>A call whose one argument is the queue: PurgeQueue, DeleteQueue.</summary>
    public static byte[] OnQueue(string url) => Write(256, w => w.WriteString("QueueUrl"u8, url));

    private static string Id(int index) => index.ToString(CultureInfo.InvariantCulture);

    private static void WriteEntry(Utf8JsonWriter w, int index, SqsEntry entry)
    {
        w.WriteStartObject();
        w.WriteString("Id"u8, Id(index));
        w.WriteString("MessageBody"u8, entry.Body.Span);
        if (entry.DelaySeconds > 0)
        {
            w.WriteNumber("DelaySeconds"u8, entry.DelaySeconds);
        }

        if (entry.GroupId is not null)
        {
            w.WriteString("MessageGroupId"u8, entry.GroupId);
        }

        if (entry.DeduplicationId is not null)
        {
            w.WriteString("MessageDeduplicationId"u8, entry.DeduplicationId);
        }

        if (entry.Attributes.Count > 0)
        {
            w.WriteStartObject("MessageAttributes"u8);
            foreach (var (name, value) in entry.Attributes)
            {
                w.WriteStartObject(name);
                w.WriteString("DataType"u8, value.DataType);
                if (value.Text is null)
                {
                    w.WriteBase64String("BinaryValue"u8, value.Binary.Span);
                }
                else
                {
                    w.WriteString("StringValue"u8, value.Text);
                }

                w.WriteEndObject();
            }

            w.WriteEndObject();
        }

        if (entry.TraceHeader is not null)
        {
            w.WriteStartObject("MessageSystemAttributes"u8);
            w.WriteStartObject(SqsAttributeNames.TraceHeader);
            w.WriteString("DataType"u8, "String"u8);
            w.WriteString("StringValue"u8, entry.TraceHeader);
            w.WriteEndObject();
            w.WriteEndObject();
        }

        w.WriteEndObject();
    }

    private static byte[] Write(int expected, Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(expected);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
