using System.Text.Json;
using Eventide.Queues.Cloudflare.Bodies;
using Eventide.Queues.Cloudflare.Http;

namespace Eventide.Queues.Cloudflare.Receiving;

/// <summary>Reads the messages of a pull or a peek.</summary>
internal static class PulledMessages
{
    public static List<LeasedMessage> Read(JsonElement answer, string queue)
    {
        // Older documents have the messages as the result itself, newer ones as a member of it.
        var result = answer.Member("result");
        var list = result is { ValueKind: JsonValueKind.Array } ? result : result?.Member("messages");
        var messages = new List<LeasedMessage>();
        if (list is { ValueKind: JsonValueKind.Array } array)
        {
            foreach (var item in array.EnumerateArray())
            {
                // One without a lease can still be handled; settling it will say that it cannot be.
                messages.Add(new LeasedMessage(ReadOne(item, queue), item.Text("lease_id")));
            }
        }

        return messages;
    }

    private static Message ReadOne(JsonElement item, string queue)
    {
        var metadata = ReadMetadata(item);
        var contentType = metadata.GetValueOrDefault("CF-Content-Type")?.ToLowerInvariant();
        var (body, isDecoded) = BodyDecoder.Decode(item.Member("body"), contentType);
        var envelope = isDecoded ? Envelope.Open(body) : null;

        var attributes = isDecoded
            ? envelope?.Attributes
            : new Dictionary<string, string>(StringComparer.Ordinal) { [CloudflareMessage.UndecodableAttribute] = contentType! };

        return new Message(item.Text("id") ?? item.Text("lease_id") ?? "", queue, envelope?.Body ?? body)
        {
            Attempt = (int)Math.Clamp(item.Number("attempts") ?? 1, 1, int.MaxValue),
            EnqueuedAt = item.Number("timestamp_ms") is { } at and > 0 and < 253402300800000 ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null,
            Group = envelope?.Group,
            Attributes = attributes ?? Message.NoAttributes,
            Native = new CloudflareMessage { ContentType = contentType, IsUndecodable = !isDecoded, Metadata = metadata },
        };
    }

    private static Dictionary<string, string> ReadMetadata(JsonElement item)
    {
        var metadata = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (item.Member("metadata") is { ValueKind: JsonValueKind.Object } members)
        {
            foreach (var member in members.EnumerateObject())
            {
                metadata[member.Name] = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText();
            }
        }

        return metadata;
    }
}
