using System.Text.Json.Nodes;

namespace Eventide.Queues.Cloudflare.Tests.Stub;

public sealed class StubMessage
{
    public string Id { get; } = Guid.NewGuid().ToString("N");

    /// <summary>As the pull shows it: text, base64, or JSON that is not even a string.</summary>
    public JsonNode? Body { get; init; }

    public string? ContentType { get; init; }

    public int Bytes { get; init; }

    public required DateTimeOffset SentAt { get; init; }

    public DateTimeOffset VisibleAt { get; set; }

    public int Attempts { get; set; }

    public HashSet<string> Leases { get; } = [];
}
