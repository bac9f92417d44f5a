using System.Text.Json;

namespace Eventide.Queues.Cloudflare.Http;

/// <summary>What the API tells of a queue: its id, its name, and how its messages are consumed.</summary>
internal sealed record QueueInfo(string Id, string Name, bool? IsPaused, string? ConsumerType, int? MaxRetries, string? DeadLetterQueue)
{
    public bool HasPullConsumer => ConsumerType == "http_pull";

    public static QueueInfo? Read(JsonElement queue)
    {
        if (queue.Text("queue_id") is not { } id)
        {
            return null;
        }

        string? type = null, deadLetters = null;
        int? retries = null;
        if (queue.Member("consumers") is { ValueKind: JsonValueKind.Array } consumers)
        {
            foreach (var consumer in consumers.EnumerateArray())
            {
                // A queue has one consumer or, by newer documents, several; the pull consumer is the one that matters here.
                if (type is null || consumer.Text("type") == "http_pull")
                {
                    type = consumer.Text("type");
                    deadLetters = consumer.Text("dead_letter_queue");
                    retries = (int?)consumer.Member("settings")?.Number("max_retries");
                }
            }
        }

        var paused = queue.Member("settings")?.Member("delivery_paused")?.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => (bool?)null,
        };
        return new QueueInfo(id, queue.Text("queue_name") ?? id, paused, type, retries, string.IsNullOrEmpty(deadLetters) ? null : deadLetters);
    }
}
