namespace Eventide.Cli;

/// <summary>What a walk over a queue has done.</summary>
/// <param name="Seen">Messages received.</param>
/// <param name="Chosen">Messages that the filter and the limit let through.</param>
/// <param name="Done">Messages dealt with and removed.</param>
/// <param name="Failed">Messages that were chosen and are still in the queue, or may be.</param>
internal readonly record struct WalkReport(long Seen, long Chosen, long Done, long Failed);
