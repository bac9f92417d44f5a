namespace Eventide.Cli;

/// <summary>What all queues of a run have done, together.</summary>
internal readonly record struct Totals
{
    public long Received { get; private init; }

    public long Succeeded { get; private init; }

    public long Failed { get; private init; }

    public long Retried { get; private init; }

    public long DeadLettered { get; private init; }

    public long Unmatched { get; private init; }

    public long InFlight { get; private init; }

    public long Buffered { get; private init; }

    /// <summary>Messages that were to be dead-lettered or acknowledged, and could not be.</summary>
    public long Unsettled { get; private init; }

    public static Totals Of(EventideMonitor monitor)
    {
        var total = default(Totals);
        foreach (var stats in monitor.Stats)
        {
            total = new Totals
            {
                Received = total.Received + stats.Received,
                Succeeded = total.Succeeded + stats.Succeeded,
                Failed = total.Failed + stats.Failed,
                Retried = total.Retried + stats.Retried,
                DeadLettered = total.DeadLettered + stats.DeadLettered,
                Unmatched = total.Unmatched + stats.Unmatched,
                InFlight = total.InFlight + stats.InFlight,
                Buffered = total.Buffered + stats.Buffered,
                Unsettled = total.Unsettled + stats.DeadLetterFailed + stats.AcknowledgeFailed,
            };
        }

        return total;
    }
}
