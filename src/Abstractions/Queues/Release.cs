namespace Eventide;

/// <summary>One message to be given back to its queue.</summary>
/// <param name="Leased">The message.</param>
/// <param name="Delay">How long the queue holds it back; from zero to <see cref="QueueLimits.MaxReleaseDelay"/>.</param>
/// <param name="Uncounted">The delivery shall not count as an attempt (the worker is shutting down, say). Honoured where
/// <see cref="QueueLimits.CanReleaseUncounted"/>, elsewhere ignored.</param>
public readonly record struct Release(LeasedMessage Leased, TimeSpan Delay, bool Uncounted = false);
