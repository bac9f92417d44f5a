namespace Eventide;

/// <summary>Sends messages later: once, at a date. When it is due the message is sent to its queue, and from then on is a message like
/// any other. Resolved from the host's services. On a cluster any date will do, and a scheduled message can be looked up and
/// cancelled; in one process the queue's own delay keeps it, as far as that reaches.</summary>
/// <remarks>At least once: a message is sent twice where a process dies between the sending and the noting of it. Both have the same
/// <see cref="OutgoingMessage.DeduplicationId"/>, so that a queue that deduplicates keeps one.</remarks>
public interface IMessageScheduler
{
    /// <summary>Schedules a message. When it returns, the message is kept: by the cluster's storage, or by the queue.</summary>
    /// <param name="queue">Where it is to be sent: the name of a configured queue, or a queue URI.</param>
    /// <param name="message">The message. Its <see cref="OutgoingMessage.Delay"/> must be zero: <paramref name="due"/> says when.</param>
    /// <param name="due">When; at once where that is past.</param>
    /// <param name="id">A name for it, unique within the queue, so that a call made twice schedules one message: while a message waits
    /// under this id, further calls with it change nothing, neither the message nor the date (to move one, cancel it first). The id is
    /// free again when the message has been sent. By default an id of its own. In one process it becomes the deduplication id, so
    /// it works where the queue deduplicates, within the queue's window.</param>
    /// <param name="cancellationToken">Gives up; the message may be scheduled all the same.</param>
    /// <returns>The id.</returns>
    /// <exception cref="ArgumentException">The message has a delay, or a name is empty.</exception>
    /// <exception cref="FormatException">There is no such queue.</exception>
    /// <exception cref="QueueException">The queue cannot be opened or does not take the message or, in one process, cannot delay it so
    /// far; the text says what reaches farther.</exception>
    Task<string> ScheduleAsync(string queue, OutgoingMessage message, DateTimeOffset due, string? id = null, CancellationToken cancellationToken = default);

    /// <summary>Takes back a message that is not sent yet.</summary>
    /// <param name="queue">The queue, as given when it was scheduled.</param>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Gives up; the message may be cancelled all the same.</param>
    /// <returns>Whether there was one: false where it has been sent, or never was scheduled.</returns>
    /// <exception cref="NotSupportedException">In one process: the message is in its queue already, and no queue gives it back.</exception>
    Task<bool> CancelAsync(string queue, string id, CancellationToken cancellationToken = default);

    /// <summary>Looks a message up that is not sent yet.</summary>
    /// <param name="queue">The queue, as given when it was scheduled.</param>
    /// <param name="id">The id.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>When it is due, or <see langword="null"/> where none waits under this id.</returns>
    /// <exception cref="NotSupportedException">In one process: the message is in its queue already, and no queue tells.</exception>
    Task<DateTimeOffset?> FindAsync(string queue, string id, CancellationToken cancellationToken = default);
}
