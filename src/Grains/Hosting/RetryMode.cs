namespace Eventide.Orleans;

/// <summary>Who keeps a failed message until its next attempt.</summary>
public enum RetryMode
{
    /// <summary>A delivery grain: the message and its due time are stored by the cluster, then the queue's copy is acknowledged. Any
    /// delay is possible. Messages with an order to keep (a group, or <see cref="EventideOptions.OrderBy"/>) stay with their queue all
    /// the same, since only the queue can hold back those behind them. The default.</summary>
    Grain = 0,

    /// <summary>The queue itself, as in one process: the message is released with a delay, at most the queue's longest.</summary>
    Queue = 1,
}
