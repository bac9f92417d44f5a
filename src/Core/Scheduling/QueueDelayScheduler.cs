namespace Eventide;

/// <summary>The scheduler of one process: sends at once, with the queue's own delay, which outlives the process.</summary>
internal sealed class QueueDelayScheduler(QueueSenders senders, TimeProvider time) : IMessageScheduler
{
    public async Task<string> ScheduleAsync(string queue, OutgoingMessage message, DateTimeOffset due, string? id = null, CancellationToken cancellationToken = default)
    {
        ScheduleRequest.Check(queue, message, id);
        var target = senders.Resolve(queue);
        var sender = await senders.GetAsync(queue, cancellationToken);
        var left = due - time.GetUtcNow();
        var delay = left > TimeSpan.Zero ? left : TimeSpan.Zero;
        if (delay > sender.Limits.MaxSendDelay)
        {
            throw new QueueException(
                sender.Name,
                $"the message is due in {delay:c} (days.hours:minutes:seconds), but this queue {(sender.Limits.MaxSendDelay == TimeSpan.Zero ? "cannot hold a message back" : $"holds one back for at most {sender.Limits.MaxSendDelay:c}")}. A Redis Streams queue reaches 365 days, the cluster (Eventide.Orleans) any date.",
                isTransient: false);
        }

        await senders.SendAsync(
            queue,
            MessageTrace.Inject(message) with
            {
                Delay = delay,
                DeduplicationId = message.DeduplicationId ?? (id is null ? null : ScheduleRequest.DeduplicationId(target.Key, id)),
            },
            cancellationToken);
        return id ?? Guid.NewGuid().ToString("N");
    }

    public Task<bool> CancelAsync(string queue, string id, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException($"'{id}' cannot be cancelled: in one process a scheduled message is in its queue already, held back by it, and no queue gives it back. The cluster (Eventide.Orleans) can cancel; or let the handler see that the message is out of date.");

    public Task<DateTimeOffset?> FindAsync(string queue, string id, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException($"'{id}' cannot be looked up: in one process a scheduled message is in its queue already, held back by it, and no queue tells. The cluster (Eventide.Orleans) can.");
}
