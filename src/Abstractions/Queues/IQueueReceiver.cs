namespace Eventide;

/// <summary>The receiving half of a queue. It carries and decides nothing: when to retry, extend or give up is the engine's
/// affair, as is retrying a call that failed.</summary>
/// <remarks><see cref="ReceiveAsync"/> has one caller at a time; the other calls may come at any time, several at once. A call
/// throws <see cref="QueueException"/> where the whole of it failed, and reports single messages that failed.</remarks>
public interface IQueueReceiver : IAsyncDisposable
{
    /// <summary>The queue's name, as messages, logs and metrics show it; no secrets.</summary>
    string Name { get; }

    /// <summary>What the queue can do. Fixed once the receiver is open.</summary>
    QueueLimits Limits { get; }

    /// <summary>Receives messages, waiting for the first where there is none yet.</summary>
    /// <param name="request">How many, how long to wait, for how long they are ours.</param>
    /// <param name="cancellationToken">Ends the wait at once. A cancelled call either returns what it holds or throws
    /// <see cref="OperationCanceledException"/> and has put back whatever it took, even what a request already under way
    /// still brings: cancellation never loses a message and leaves none invisible longer than the putting back takes.</param>
    /// <returns>What came, possibly nothing, and whether the queue has come to its end for good.</returns>
    /// <exception cref="QueueException">The queue could not be asked.</exception>
    ValueTask<ReceivedBatch> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken);

    /// <summary>Removes messages from the queue for good.</summary>
    /// <param name="messages">At most <see cref="QueueLimits.MaxSettleBatch"/> messages that this receiver delivered.</param>
    /// <param name="cancellationToken">Gives up; some may have been removed.</param>
    /// <returns>The messages that were not removed, and why.</returns>
    /// <exception cref="QueueException">None is known to have been removed.</exception>
    ValueTask<SettleReport> AcknowledgeAsync(IReadOnlyList<LeasedMessage> messages, CancellationToken cancellationToken);

    /// <summary>Gives messages back to the queue, to be received again after a delay.</summary>
    /// <param name="releases">At most <see cref="QueueLimits.MaxSettleBatch"/> messages that this receiver delivered.</param>
    /// <param name="cancellationToken">Gives up; some may have been given back.</param>
    /// <returns>The messages that were not given back, and why.</returns>
    /// <exception cref="QueueException">None is known to have been given back.</exception>
    ValueTask<SettleReport> ReleaseAsync(IReadOnlyList<Release> releases, CancellationToken cancellationToken);

    /// <summary>Renews the leases of messages, counted from now. Only called where <see cref="QueueLimits.CanExtend"/>.</summary>
    /// <param name="messages">At most <see cref="QueueLimits.MaxSettleBatch"/> messages that this receiver delivered.</param>
    /// <param name="lease">For how long from now, at most <see cref="QueueLimits.MaxLease"/>.</param>
    /// <param name="cancellationToken">Gives up; some may have been renewed.</param>
    /// <returns>The messages that were not renewed, and why; one whose lease was lost belongs to someone else now.</returns>
    /// <exception cref="QueueException">None is known to have been renewed.</exception>
    ValueTask<SettleReport> ExtendAsync(IReadOnlyList<LeasedMessage> messages, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Opens the dead-letter queue that the queue itself names (as SQS' redrive policy does).</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>A sender to it, the caller's to dispose, or <see langword="null"/> where the queue names none.</returns>
    ValueTask<IQueueSender?> OpenDeadLetterSenderAsync(CancellationToken cancellationToken) => new((IQueueSender?)null);
}
