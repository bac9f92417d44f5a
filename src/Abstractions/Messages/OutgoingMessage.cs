namespace Eventide;

/// <summary>One message to be sent.</summary>
public sealed record OutgoingMessage
{
    /// <summary>Creates a message with a body of bytes.</summary>
    /// <param name="body">The body, sent byte for byte. Not copied.</param>
    public OutgoingMessage(ReadOnlyMemory<byte> body) => Body = body;

    /// <summary>Creates a message with a body of text, sent as UTF-8.</summary>
    /// <param name="body">The body.</param>
    /// <exception cref="ArgumentNullException"><paramref name="body"/> is <see langword="null"/>.</exception>
    public OutgoingMessage(string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        Body = System.Text.Encoding.UTF8.GetBytes(body);
    }

    /// <summary>The body, byte for byte.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Attributes (headers) to go with the body, by name; names are case-sensitive.</summary>
    /// <exception cref="ArgumentNullException">The attributes are <see langword="null"/>; none are an empty dictionary.</exception>
    public IReadOnlyDictionary<string, string> Attributes
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    } = Message.NoAttributes;

    /// <summary>How long the queue holds the message back before it can be received; <see cref="TimeSpan.Zero"/> by default.
    /// The range is the queue's (<see cref="QueueLimits.MaxSendDelay"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative.</exception>
    public TimeSpan Delay
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            field = value;
        }
    }

    /// <summary>The group within which messages are handled one at a time and in order; <see langword="null"/> for none.</summary>
    public string? Group { get; init; }

    /// <summary>Two messages with the same deduplication id are one, within the queue's window, where the queue
    /// deduplicates (<see cref="QueueLimits.Deduplicates"/>); elsewhere it is ignored.</summary>
    public string? DeduplicationId { get; init; }
}
