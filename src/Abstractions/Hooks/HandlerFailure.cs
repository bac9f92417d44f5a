namespace Eventide;

/// <summary>Why one attempt at a message did not succeed.</summary>
/// <param name="Handler">The name of the handler, or <see langword="null"/> where no handler took the message.</param>
/// <param name="Kind">What kind of failure it was.</param>
/// <param name="Reason">The reason in one line.</param>
/// <param name="Exception">The exception, where there was one.</param>
public sealed record HandlerFailure(string? Handler, HandlerFailureKind Kind, string Reason, Exception? Exception = null);
