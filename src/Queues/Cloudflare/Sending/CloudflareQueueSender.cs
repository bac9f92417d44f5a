using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Eventide.Queues.Cloudflare.Bodies;
using Eventide.Queues.Cloudflare.Http;

namespace Eventide.Queues.Cloudflare.Sending;

/// <summary>Sends by <c>/messages</c> and <c>/messages/batch</c>. The server confirms a request as a whole and tells no ids.</summary>
internal sealed class CloudflareQueueSender(CloudflareClient client, CloudflareQueueOptions options, string queueId) : IQueueSender
{
    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = Message.MaxBodyDepth + 16,
    };

    public string Name => options.Queue;

    public QueueLimits Limits { get; } = CloudflareLimits.For(options);

    public async ValueTask<IReadOnlyList<SendResult>> SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var results = new SendResult[messages.Count];
        var request = new List<(int Index, EncodedBody Body, TimeSpan Delay)>();
        var bytes = 0;
        var sent = false;
        QueueException? error = null;

        for (var i = 0; i < messages.Count; i++)
        {
            if (!TryEncode(messages[i], out var body, out var problem))
            {
                results[i] = new SendResult(null, problem);
                continue;
            }

            // Envelopes are larger than the bodies that the caller counted, so the server's limits are kept here.
            var size = body.Utf8.Length + CloudflareLimits.MessageMetadataBytes;
            if (request.Count == CloudflareLimits.BatchMessages || bytes + size > CloudflareLimits.BatchBytes)
            {
                await FlushAsync();
            }

            request.Add((i, body, messages[i].Delay));
            bytes += size;
        }

        await FlushAsync();
        return error is not null && !sent && Array.TrueForAll(results, r => !r.IsSent) ? throw error : results;

        async Task FlushAsync()
        {
            if (request.Count == 0)
            {
                return;
            }

            try
            {
                await PostAsync(request, cancellationToken);
                sent = true;
            }
            catch (QueueException exception)
            {
                error = exception;
                foreach (var (index, _, _) in request)
                {
                    results[index] = new SendResult(null, exception.Message, exception.IsTransient);
                }
            }

            request.Clear();
            bytes = 0;
        }
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    private bool TryEncode(OutgoingMessage message, out EncodedBody body, out string? problem)
    {
        body = default;
        if (message.Delay < TimeSpan.Zero || message.Delay > CloudflareLimits.Delay)
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"The delay is {message.Delay.TotalSeconds} s; Cloudflare Queues takes 0 to {CloudflareLimits.Delay.TotalSeconds} s.");
            return false;
        }

        try
        {
            body = Envelope.Encode(message, options.ContentType);
        }
        catch (ArgumentException exception)
        {
            problem = $"An attribute or the group cannot be written as JSON: {exception.Message}";
            return false;
        }

        var size = body.Utf8.Length;
        problem = size <= CloudflareLimits.MessageBytes
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"The message is {size} bytes as sent (body {message.Body.Length}); Cloudflare Queues takes {CloudflareLimits.MessageBytes}. Put a large body elsewhere and send its address.");
        return problem is null;
    }

    private async Task PostAsync(List<(int Index, EncodedBody Body, TimeSpan Delay)> messages, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        await using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            if (messages.Count == 1)
            {
                Write(writer, messages[0].Body, messages[0].Delay);
            }
            else
            {
                writer.WriteStartObject();
                writer.WriteStartArray("messages"u8);
                foreach (var (_, body, delay) in messages)
                {
                    Write(writer, body, delay);
                }

                writer.WriteEndArray();
                writer.WriteEndObject();
            }
        }

        var path = $"{QueueDirectory.Path(queueId)}/messages{(messages.Count == 1 ? "" : "/batch")}";
        using var answer = await client.CallAsync(HttpMethod.Post, path, buffer.WrittenMemory, "sending messages", cancellationToken);
    }

    private static void Write(Utf8JsonWriter writer, EncodedBody body, TimeSpan delay)
    {
        writer.WriteStartObject();
        if (body.IsJson)
        {
            writer.WritePropertyName("body"u8);
            writer.WriteRawValue(body.Utf8.Span, skipInputValidation: true);
            writer.WriteString("content_type"u8, "json"u8);
        }
        else
        {
            writer.WriteString("body"u8, body.Utf8.Span);
            writer.WriteString("content_type"u8, "text"u8);
        }

        if (CloudflareLimits.Seconds(delay) is > 0 and var seconds)
        {
            writer.WriteNumber("delay_seconds"u8, seconds);
        }

        writer.WriteEndObject();
    }
}
