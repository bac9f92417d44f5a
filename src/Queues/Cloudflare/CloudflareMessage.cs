namespace Eventide.Queues.Cloudflare;

/// <summary>What Cloudflare tells of a message beyond <see cref="Message"/> itself; it stands in <see cref="Message.Native"/>.</summary>
public sealed record CloudflareMessage
{
    /// <summary>The name of the attribute that says why a body could not be decoded. Its value is the content type; the body is then as
    /// it came.</summary>
    public const string UndecodableAttribute = "cloudflare.undecodable";

    /// <summary>The content type that the producer gave: <c>json</c>, <c>text</c>, <c>bytes</c>, <c>v8</c>, or <see langword="null"/> where
    /// the server told none.</summary>
    public string? ContentType { get; init; }

    /// <summary>Whether the body could not be decoded: it is of type <c>v8</c>, which only Workers can read, or is not the base64 that its
    /// type promises.</summary>
    public bool IsUndecodable { get; init; }

    /// <summary>The server's own metadata (<c>CF-Content-Type</c>, <c>CF-sourceMessageSource</c>), by name. Not among the
    /// message's attributes, which are what its producer gave and go with it when it is sent on.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = Message.NoAttributes;
}
