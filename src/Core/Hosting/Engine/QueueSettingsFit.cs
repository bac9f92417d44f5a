using Microsoft.Extensions.Logging;

namespace Eventide;

/// <summary>Fits what is asked of a queue to what the queue allows.</summary>
internal static class QueueSettingsFit
{
    /// <summary>The settings as they can be had.</summary>
    /// <param name="asked">What is asked.</param>
    /// <param name="queue">The queue's name, for the log.</param>
    /// <param name="limits">What the queue allows.</param>
    /// <param name="handlers">The handlers that its messages may go to.</param>
    /// <param name="logger">Told of what had to be cut.</param>
    /// <param name="hasDeadLetterQueue">Whether a message can be given up at all.</param>
    public static QueueSettings FitTo(this QueueSettings asked, string queue, QueueLimits limits, IReadOnlyCollection<HandlerRuntime> handlers, ILogger logger, bool hasDeadLetterQueue = true)
    {
        var lease = asked.Lease;
        if (!limits.CanExtend)
        {
            // It cannot be renewed: it must last for a wait in the buffer and for the handler.
            var longest = handlers.Count == 0 ? TimeSpan.Zero : handlers.Max(h => h.Timeout);
            lease = Max(lease, (longest * 2) + asked.StuckAfter);
        }

        if (limits.MaxLease is { } max && lease > max)
        {
            logger.Clamped(queue, "a lease", lease, max);
            lease = max;
        }

        lease = Max(lease, limits.MinLease);
        var buffer = asked.BufferSize ?? (limits.MaxLease is null ? 2 * limits.MaxReceiveBatch : 2 * asked.Concurrency);

        // Where nothing can be given up, what comes back is run again: it may succeed one day.
        var allowance = hasDeadLetterQueue ? asked.CrashAllowance : int.MaxValue / 2;
        return asked with { Lease = lease, BufferSize = buffer, CrashAllowance = allowance };
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
