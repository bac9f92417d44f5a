namespace Eventide;

/// <summary>A message that a receiver delivered, and what the receiver needs to settle this very delivery.</summary>
/// <param name="Message">The message.</param>
/// <param name="Receipt">The provider's handle on this delivery (a receipt handle, a lease id, an entry); opaque to all others.</param>
public readonly record struct LeasedMessage(Message Message, object? Receipt);
