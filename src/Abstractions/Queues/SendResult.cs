namespace Eventide;

/// <summary>What became of one message of a batch that was sent.</summary>
/// <param name="Id">The queue's id of the message; <see langword="null"/> where it failed, or where the queue tells none.</param>
/// <param name="Error">Why it failed, in one line; <see langword="null"/> where it was sent.</param>
/// <param name="IsTransient">Whether trying again can help.</param>
public readonly record struct SendResult(string? Id, string? Error = null, bool IsTransient = false)
{
    /// <summary>Whether the queue has confirmed the message.</summary>
    public bool IsSent => Error is null;
}
