using Orleans;

namespace Eventide.Orleans;

/// <summary>A message that the cluster holds, with all that is needed for its next attempt. Plain data, readable in any storage's format.</summary>
[GenerateSerializer]
[Alias("Eventide.DeliveryState")]
internal sealed class DeliveryState
{
    /// <summary>The queue it came from.</summary>
    [Id(0)]
    public string Queue { get; set; } = "";

    /// <summary>The handler whose delivery it is.</summary>
    [Id(1)]
    public string Handler { get; set; } = "";

    [Id(2)]
    public string MessageId { get; set; } = "";

    [Id(3)]
    public byte[] Body { get; set; } = [];

    [Id(4)]
    public Dictionary<string, string> Attributes { get; set; } = [];

    [Id(5)]
    public string? Group { get; set; }

    [Id(6)]
    public DateTimeOffset? EnqueuedAt { get; set; }

    /// <summary>How many attempts have been started, those by the queue's own deliveries included. Stored before an attempt is run, so
    /// that one which ends the process is counted too.</summary>
    [Id(7)]
    public int Attempt { get; set; }

    /// <summary>When it is due.</summary>
    [Id(8)]
    public DateTimeOffset Due { get; set; }

    [Id(9)]
    public DateTimeOffset FirstFailure { get; set; }

    /// <summary>Where it has been given up and its dead letter is not yet confirmed: why. It is not run again.</summary>
    [Id(10)]
    public string? GivenUp { get; set; }

    [Id(11)]
    public HandlerFailureKind GivenUpKind { get; set; }

    public static DeliveryState Of(string queue, string handler, Message message, DateTimeOffset firstFailure, DateTimeOffset due) => new()
    {
        Queue = queue,
        Handler = handler,
        MessageId = message.Id,
        Body = message.Body.ToArray(),
        Attributes = new Dictionary<string, string>(message.Attributes, StringComparer.Ordinal),
        Group = message.Group,
        EnqueuedAt = message.EnqueuedAt,
        Attempt = message.Attempt,
        FirstFailure = firstFailure,
        Due = due,
    };

    public Message ToMessage() => new(MessageId, Queue, Body)
    {
        Attempt = Attempt,
        Attributes = Attributes,
        Group = Group,
        EnqueuedAt = EnqueuedAt,
    };
}
