namespace Eventide;

/// <summary>What one receive brought.</summary>
/// <param name="Messages">The messages, in the queue's order; possibly none.</param>
/// <param name="IsLast">The queue has come to its end for good: nothing will ever follow but what is released. True for a
/// file that has been read whole, never for a server's queue.</param>
public readonly record struct ReceivedBatch(IReadOnlyList<LeasedMessage> Messages, bool IsLast = false)
{
    /// <summary>Nothing came.</summary>
    public static ReceivedBatch Empty => new([]);
}
