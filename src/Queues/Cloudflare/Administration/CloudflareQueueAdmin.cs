using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Eventide.Queues.Cloudflare.Http;
using Eventide.Queues.Cloudflare.Receiving;

namespace Eventide.Queues.Cloudflare.Administration;

/// <summary>Metrics, peek, purge and creation by the management half of the API.</summary>
internal sealed class CloudflareQueueAdmin(CloudflareClient client, CloudflareQueueOptions options, TimeProvider time) : IQueueAdmin
{
    private static readonly TimeSpan PurgePause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan PurgeLimit = TimeSpan.FromMinutes(2);

    private QueueInfo? _known;

    public async ValueTask<QueueStats> GetStatsAsync(CancellationToken cancellationToken)
    {
        // Asked anew each time: the consumer's settings and the pause are part of the answer.
        var queue = await QueueDirectory.GetAsync(client, _known?.Id ?? options.Queue, cancellationToken);
        _known = queue;
        using var answer = await client.CallAsync(HttpMethod.Get, $"{QueueDirectory.Path(queue.Id)}/metrics", null, "reading the queue's metrics", cancellationToken);
        var result = answer.RootElement.Member("result");
        var details = new Dictionary<string, string>(StringComparer.Ordinal) { ["queue_id"] = queue.Id };
        Add("backlog_bytes", result?.Number("backlog_bytes")?.ToString(CultureInfo.InvariantCulture));
        Add("consumer", queue.ConsumerType);
        Add("max_retries", queue.MaxRetries?.ToString(CultureInfo.InvariantCulture));
        Add("dead_letter_queue", queue.DeadLetterQueue);
        Add("delivery_paused", queue.IsPaused is { } paused ? (paused ? "true" : "false") : null);
        return new QueueStats
        {
            // Documented as the unacknowledged messages: those in flight and delayed are among them.
            Backlog = result?.Number("backlog_count"),
            OldestAge = result?.Number("oldest_message_timestamp_ms") is { } at and > 0 ? Age(at) : null,
            Details = details,
        };

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                details[name] = value;
            }
        }
    }

    public async ValueTask<IReadOnlyList<Message>> PeekAsync(int max, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(max);
        if (max == 0)
        {
            return [];
        }

        var queue = await KnownAsync(cancellationToken);
        var body = Json(writer => writer.WriteNumber("batch_size"u8, Math.Min(max, CloudflareLimits.BatchMessages)));
        using var answer = await client.CallAsync(HttpMethod.Post, $"{QueueDirectory.Path(queue.Id)}/messages/peek", body, "peeking at messages", cancellationToken);
        return [.. PulledMessages.Read(answer.RootElement, options.Queue).Select(m => m.Message)];
    }

    public async ValueTask<long?> PurgeAsync(CancellationToken cancellationToken)
    {
        var queue = await KnownAsync(cancellationToken);
        var path = $"{QueueDirectory.Path(queue.Id)}/purge";
        var body = Json(writer => writer.WriteBoolean("delete_messages_permanently"u8, true));
        using (await client.CallAsync(HttpMethod.Post, path, body, "purging the queue", cancellationToken))
        {
        }

        // The server purges in the background.
        var started = time.GetTimestamp();
        while (true)
        {
            using (var status = await client.CallAsync(HttpMethod.Get, path, null, "following the purge", cancellationToken))
            {
                if (IsCompleted(status.RootElement.Member("result")))
                {
                    return null;
                }
            }

            if (time.GetElapsedTime(started) > PurgeLimit)
            {
                throw new QueueException(
                    options.Queue, $"the purge has been accepted and is still going on after {PurgeLimit.TotalMinutes.ToString(CultureInfo.InvariantCulture)} min. Look again later; it needs no further call.", isTransient: true);
            }

            await Task.Delay(PurgePause, time, cancellationToken);
        }
    }

    public async ValueTask<bool> CreateAsync(CancellationToken cancellationToken)
    {
        var queue = await QueueDirectory.FindAsync(client, options.Queue, cancellationToken);
        var isNew = queue is null;
        if (queue is null)
        {
            var body = Json(writer => writer.WriteString("queue_name"u8, options.Queue));
            using var answer = await client.CallAsync(HttpMethod.Post, "", body, "creating the queue", cancellationToken);
            queue = (answer.RootElement.Member("result") is { } result ? QueueInfo.Read(result) : null)
                ?? await QueueDirectory.GetAsync(client, options.Queue, cancellationToken);
        }

        if (!queue.HasPullConsumer)
        {
            using (await client.CallAsync(
                HttpMethod.Post, $"{QueueDirectory.Path(queue.Id)}/consumers", Json(WriteConsumer), "adding an HTTP pull consumer", cancellationToken))
            {
            }
        }

        _known = queue;
        return isNew;
    }

    public ValueTask DisposeAsync()
    {
        client.Dispose();
        return ValueTask.CompletedTask;
    }

    private void WriteConsumer(Utf8JsonWriter writer)
    {
        writer.WriteString("type"u8, "http_pull"u8);
        if (options.DeadLetterQueue is { } deadLetters)
        {
            writer.WriteString("dead_letter_queue"u8, deadLetters);
        }

        writer.WriteStartObject("settings"u8);
        writer.WriteNumber("max_retries"u8, options.MaxRetries);
        writer.WriteEndObject();
    }

    private async Task<QueueInfo> KnownAsync(CancellationToken cancellationToken) =>
        _known ??= await QueueDirectory.GetAsync(client, options.Queue, cancellationToken);

    private TimeSpan? Age(long timestampMilliseconds)
    {
        var age = time.GetUtcNow() - DateTimeOffset.UnixEpoch - TimeSpan.FromMilliseconds(timestampMilliseconds);
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }

    // Documented as a string; a service that tells no status at all is taken at its word that the purge was done.
    private static bool IsCompleted(JsonElement? status) => status?.Member("completed") switch
    {
        null => status?.Member("started_at") is null,
        { ValueKind: JsonValueKind.String } text => text.GetString() is { Length: > 0 } value && !value.Equals("false", StringComparison.OrdinalIgnoreCase),
        { ValueKind: JsonValueKind.False } => false,
        _ => true,
    };

    private static ReadOnlyMemory<byte> Json(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(128);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
        writer.Flush();
        return buffer.WrittenMemory;
    }
}
