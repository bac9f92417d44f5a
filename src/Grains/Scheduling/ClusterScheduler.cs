using Orleans;

namespace Eventide.Orleans;

/// <summary>The scheduler of the cluster: a grain keeps each message until it is due, however far off that is.</summary>
internal sealed class ClusterScheduler(QueueSenders senders, IGrainFactory grains) : IMessageScheduler
{
    public async Task<string> ScheduleAsync(string queue, OutgoingMessage message, DateTimeOffset due, string? id = null, CancellationToken cancellationToken = default)
    {
        ScheduleRequest.Check(queue, message, id);
        id ??= Guid.NewGuid().ToString("N");
        var grain = Of(queue, id);
        try
        {
            ScheduleRequest.Check(await senders.GetAsync(queue, cancellationToken), message);
        }
        catch (QueueException e) when (e.IsTransient)
        {
            // A queue out of reach now need not be so when the message is due.
        }

        await grain.ScheduleAsync(ScheduledMessage.Of(queue, MessageTrace.Inject(message), due)).WaitAsync(cancellationToken);
        return id;
    }

    public Task<bool> CancelAsync(string queue, string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        return Of(queue, id).CancelAsync().WaitAsync(cancellationToken);
    }

    public Task<DateTimeOffset?> FindAsync(string queue, string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(id);
        return Of(queue, id).FindAsync().WaitAsync(cancellationToken);
    }

    // Without the URI's secrets, since keys are shown in logs; escaped, so that no two messages share a key.
    private IScheduledMessageGrain Of(string queue, string id) =>
        grains.GetGrain<IScheduledMessageGrain>($"{Uri.EscapeDataString(senders.Resolve(queue).Key)}/{Uri.EscapeDataString(id)}");
}
