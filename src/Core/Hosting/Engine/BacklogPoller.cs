using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Eventide;

/// <summary>Asks queues now and then how much waits in them, for the gauges; not where nobody looks at these.</summary>
internal sealed class BacklogPoller(IOptions<EventideOptions> options, QueueConnector connector, EventideMonitor monitor)
{
    /// <summary>Polls until cancelled.</summary>
    /// <param name="queues">The queues that are named by URI, and who is told.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told what could not be known.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(IReadOnlyCollection<(IWatchedWorker Worker, QueueUri Uri)> queues, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var interval = options.Value.BacklogInterval;
        if (interval == TimeSpan.Zero || queues.Count == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                foreach (var (worker, uri) in queues)
                {
                    // Of many that receive one queue, one tells: the sum over all would be too much.
                    worker.SetBacklog(monitor.WantsBacklog && worker.TellsBacklog ? await AskAsync(worker, uri, logger, cancellationToken) : null);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The worker stops.
        }
    }

    private async Task<QueueStats?> AskAsync(IWatchedWorker worker, QueueUri uri, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            if (await connector.OpenAdminAsync(uri, cancellationToken) is not { } admin)
            {
                return null;
            }

            await using (admin)
            {
                return await admin.GetStatsAsync(cancellationToken);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            logger.BacklogUnknown(worker.Name, e.Message);
            return null;
        }
    }
}
