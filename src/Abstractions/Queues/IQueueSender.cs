namespace Eventide;

/// <summary>The sending half of a queue. Its calls may come several at once.</summary>
public interface IQueueSender : IAsyncDisposable
{
    /// <summary>The queue's name, as logs and metrics show it; no secrets.</summary>
    string Name { get; }

    /// <summary>What the queue can do. Fixed once the sender is open.</summary>
    QueueLimits Limits { get; }

    /// <summary>Sends messages. A message counts as sent when the queue has confirmed it.</summary>
    /// <param name="messages">At most <see cref="QueueLimits.MaxSendBatch"/> messages, together at most
    /// <see cref="QueueLimits.MaxBatchBytes"/>.</param>
    /// <param name="cancellationToken">Gives up; some may have been sent.</param>
    /// <returns>One result a message, in the order given.</returns>
    /// <exception cref="QueueException">None is known to have been sent.</exception>
    ValueTask<IReadOnlyList<SendResult>> SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken);
}
