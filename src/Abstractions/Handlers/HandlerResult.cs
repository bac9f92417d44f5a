namespace Eventide;

/// <summary>What a handler says of a message it has handled.</summary>
public readonly record struct HandlerResult
{
    private HandlerResult(HandlerResultKind kind, TimeSpan? delay, string? reason)
    {
        Kind = kind;
        Delay = delay;
        Reason = reason;
    }

    /// <summary>All is done: acknowledge the message. Also the default value.</summary>
    public static HandlerResult Success => default;

    /// <summary>A finished task of <see cref="Success"/>, for handlers that need not await.</summary>
    public static Task<HandlerResult> Done { get; } = Task.FromResult(default(HandlerResult));

    /// <summary>What is asked.</summary>
    public HandlerResultKind Kind { get; }

    /// <summary>With <see cref="HandlerResultKind.Retry"/>: how long to wait, or <see langword="null"/> for the handler's backoff.</summary>
    public TimeSpan? Delay { get; }

    /// <summary>Why, as the handler put it.</summary>
    public string? Reason { get; }

    /// <summary>Run the handler on this message again. It counts as a failure: the handler's retry limit holds, so that
    /// nothing goes round for ever.</summary>
    /// <param name="after">How long to wait, at least zero; <see langword="null"/> for the handler's backoff.</param>
    /// <param name="reason">Why, for logs and the dead-letter headers.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="after"/> is negative.</exception>
    public static HandlerResult Retry(TimeSpan? after = null, string? reason = null)
    {
        if (after < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(after), after, "A retry cannot lie in the past; give a delay of zero or more.");
        }

        return new HandlerResult(HandlerResultKind.Retry, after, reason);
    }

    /// <summary>Move the message to the dead-letter queue now.</summary>
    /// <param name="reason">Why, for logs and the dead-letter headers.</param>
    public static HandlerResult DeadLetter(string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        return new HandlerResult(HandlerResultKind.DeadLetter, null, reason);
    }
}
