namespace Eventide.Queues.Redis;

/// <summary>A Redis stream as a queue: where it is, who reads it, and how entries and messages correspond.</summary>
public sealed record RedisStreamOptions
{
    /// <summary>The group that is read where none is named.</summary>
    public const string DefaultGroup = "eventide";

    /// <summary>The server. Default: <c>redis://localhost:6379/0</c>.</summary>
    public RedisServerOptions Server { get; init; } = new();

    /// <summary>The key of the stream. Required.</summary>
    public string Stream { get; init; } = "";

    /// <summary>The consumer group; created at first use. Default <c>eventide</c>.</summary>
    public string Group { get; init; } = DefaultGroup;

    /// <summary>The consumer's name within the group; no two running processes may share one. Default: host, process id and random letters.</summary>
    public string? Consumer { get; init; }

    /// <summary>Where the group begins when it is created. Default <see cref="RedisStreamStart.Start"/>: nothing that was sent before the
    /// first worker started is missed.</summary>
    public RedisStreamStart Start { get; init; }

    /// <summary>How messages that are sent become entries. Default <see cref="RedisBodyFormat.Body"/>.</summary>
    public RedisBodyFormat Format { get; init; }

    /// <summary>The field that holds the body, in what is received and sent. Default: sent as <c>body</c>; received, a lone field <c>body</c> or
    /// <c>data</c> that holds JSON, else all fields as one JSON object.</summary>
    public string? BodyField { get; init; }

    /// <summary>The field that holds the group within which messages are handled in order. Default <c>eventide:group</c>.</summary>
    public string GroupField { get; init; } = EntryFields.Group;

    /// <summary>What the names of fields begin with that hold attributes; not empty. Default <c>eventide:attr:</c>.</summary>
    public string AttributePrefix { get; init; } = EntryFields.AttributePrefix;

    /// <summary>What the values of flat entries become. Default <see cref="RedisFieldValues.Text"/>.</summary>
    public RedisFieldValues Values { get; init; }

    /// <summary>The key of the stream, on the same server, that dead letters go to. Default none.</summary>
    public string? DeadLetterStream { get; init; }

    /// <summary>Whether entries are deleted once acknowledged, as soon as no other group needs them. Default false: they stay until trimmed.</summary>
    public bool DeleteAcknowledged { get; init; }

    /// <summary>How many entries a sender lets the stream keep, 0 or more; older ones are trimmed. Default <see langword="null"/>: any number.</summary>
    public long? MaxLength { get; init; }

    /// <summary>How old entries may become before a sender trims them, by the time in their ids; 1 s or more. Default <see langword="null"/>: any age.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>The lowest id that a sender lets stay: <c>milliseconds</c> or <c>milliseconds-sequence</c>. Default <see langword="null"/>.</summary>
    public string? MinId { get; init; }

    /// <summary>Whether trimming is exact. Default false: whole blocks of entries only, which is much cheaper and keeps up to about a hundred more.</summary>
    public bool TrimExactly { get; init; }

    /// <summary>Whether trimming may drop what a group has still to read or to settle. Default false.</summary>
    public bool TrimUnread { get; init; }

    /// <summary>How often a receiver looks for what has become due (released and delayed messages of others); 20 ms to 1 min. Default 1 s.
    /// What it knows to become due sooner it looks for in time.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often, about, a receiver looks for entries whose lease ran out; jittered by half; 20 ms to 1 h. Default: a quarter of the lease,
    /// 250 ms at least and 15 s at most.</summary>
    public TimeSpan? ClaimInterval { get; init; }

    /// <summary>After which time without a sign of life a consumer that holds nothing is removed from the group; 1 min to 365 d. Default 1 d. Only
    /// consumers that Eventide created.</summary>
    public TimeSpan ConsumerExpiry { get; init; } = TimeSpan.FromDays(1);

    /// <summary>The most messages of one receive, settlement or send; 1 to 5000. Default 1000.</summary>
    public int MaxBatch { get; init; } = 1000;

    /// <summary>The most bytes of one message, attributes included; 1 to 512 Mi. Default 16 Mi.</summary>
    public long MaxMessageBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Checks every option.</summary>
    /// <exception cref="FormatException">Some are wrong; the message names every one, what was expected, and never a password.</exception>
    public void Validate()
    {
        var faults = Server.Validate().Concat(Faults()).ToArray();
        if (faults.Length > 0)
        {
            throw new FormatException($"The options of the Redis stream '{Stream}' are wrong: {string.Join(" ", faults)}");
        }
    }

    private IEnumerable<string> Faults()
    {
        if (Stream.Length == 0)
        {
            yield return "Stream is missing; expected the stream's key, as in redis://localhost?stream=orders.";
        }

        if (Group.Length == 0)
        {
            yield return "Group is empty; expected the consumer group's name.";
        }

        if (Consumer is { Length: 0 } || Consumer == StreamKeys.ParkingConsumer)
        {
            yield return $"Consumer is '{Consumer}'; expected a name that is not empty and not '{StreamKeys.ParkingConsumer}'.";
        }

        if (BodyField is { Length: 0 })
        {
            yield return "BodyField is empty; expected a field's name.";
        }

        if (GroupField.Length == 0)
        {
            yield return "GroupField is empty; expected a field's name.";
        }

        if (AttributePrefix.Length == 0)
        {
            yield return "AttributePrefix is empty; expected at least one character, or every field would be an attribute.";
        }

        if (DeadLetterStream is { Length: 0 } || (DeadLetterStream == Stream && Stream.Length > 0))
        {
            yield return $"DeadLetterStream is '{DeadLetterStream}'; expected the key of another stream.";
        }

        if (!Enum.IsDefined(Start) || !Enum.IsDefined(Format) || !Enum.IsDefined(Values))
        {
            yield return "Start, Format or Values has no defined value.";
        }

        if (MaxLength < 0)
        {
            yield return $"MaxLength is {MaxLength}; expected 0 or more.";
        }

        if (MaxAge < TimeSpan.FromSeconds(1))
        {
            yield return $"MaxAge is {MaxAge}; expected 1 s or more.";
        }

        if (MinId is { } minId && !StreamId.TryParse(minId, out _))
        {
            yield return $"MinId is '{minId}'; expected milliseconds or milliseconds-sequence.";
        }

        if (TrimUnread && (MaxLength is null ? 0 : 1) + (MaxAge is null ? 0 : 1) + (MinId is null ? 0 : 1) > 1)
        {
            yield return "TrimUnread is set with more than one of MaxLength, MaxAge and MinId; Redis takes one.";
        }

        foreach (var (name, value, min, max) in new[]
        {
            (nameof(SweepInterval), SweepInterval, TimeSpan.FromMilliseconds(20), TimeSpan.FromMinutes(1)),
            (nameof(ClaimInterval), ClaimInterval ?? TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(20), TimeSpan.FromHours(1)),
            (nameof(ConsumerExpiry), ConsumerExpiry, TimeSpan.FromMinutes(1), TimeSpan.FromDays(365)),
        })
        {
            if (value < min || value > max)
            {
                yield return $"{name} is {value}; expected {min} to {max}.";
            }
        }

        if (MaxBatch is < 1 or > 5000)
        {
            yield return $"MaxBatch is {MaxBatch}; expected 1 to 5000.";
        }

        if (MaxMessageBytes is < 1 or > 512L * 1024 * 1024)
        {
            yield return $"MaxMessageBytes is {MaxMessageBytes}; expected 1 to 536870912.";
        }
    }
}
