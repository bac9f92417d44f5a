namespace Eventide;

/// <summary>What one receive brought.</summary>
/// <param name="Messages">The messages, in the queue's order; possibly none.</param>
/// <param name="IsLast">The queue has come to its end for good: nothing will ever follow but what is released. True for a
/// file that has been read whole, never for a server's queue. Not reported while released messages wait to be delivered
/// again. It is no last word: whoever still holds messages of this receiver goes on receiving, since releasing one brings
/// it again, at its due time, and <c>IsLast</c> turns false until then. Such a receive waits like any other while messages
/// are held, and returns at once, empty and last, when all are acknowledged.</param>
public readonly record struct ReceivedBatch(IReadOnlyList<LeasedMessage> Messages, bool IsLast = false)
{
    /// <summary>Nothing came.</summary>
    public static ReceivedBatch Empty => new([]);
}
