using Orleans;

namespace Eventide.Orleans;

/// <summary>A message that the cluster sends later. Plain data, readable in any storage's format.</summary>
[GenerateSerializer]
[Alias("Eventide.ScheduledMessage")]
internal sealed class ScheduledMessage
{
    /// <summary>The queue, as the caller named it.</summary>
    [Id(0)]
    public string Queue { get; set; } = "";

    [Id(1)]
    public byte[] Body { get; set; } = [];

    [Id(2)]
    public Dictionary<string, string> Attributes { get; set; } = [];

    [Id(3)]
    public string? Group { get; set; }

    /// <summary>The caller's, or one made when the message was scheduled: every attempt to send it has the same.</summary>
    [Id(4)]
    public string DeduplicationId { get; set; } = "";

    /// <summary>When it was to be sent.</summary>
    [Id(5)]
    public DateTimeOffset Due { get; set; }

    /// <summary>When it is tried next.</summary>
    [Id(6)]
    public DateTimeOffset NextTry { get; set; }

    /// <summary>How many tries have failed.</summary>
    [Id(7)]
    public int Failures { get; set; }

    public static ScheduledMessage Of(string queue, OutgoingMessage message, DateTimeOffset due) => new()
    {
        Queue = queue,
        Body = message.Body.ToArray(),
        Attributes = new Dictionary<string, string>(message.Attributes, StringComparer.Ordinal),
        Group = message.Group,
        DeduplicationId = message.DeduplicationId ?? Guid.NewGuid().ToString("N"),
        Due = due,
        NextTry = due,
    };

    public OutgoingMessage ToMessage() => new(Body) { Attributes = Attributes, Group = Group, DeduplicationId = DeduplicationId };
}
