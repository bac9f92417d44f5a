using System.Diagnostics.Metrics;

namespace Eventide;

/// <summary>Tells what the workers of this process are doing: for progress displays, health checks and gauges.</summary>
public sealed class EventideMonitor
{
    private volatile IReadOnlyList<IWatchedWorker> _workers = [];

    /// <summary>Creates the monitor and its gauges.</summary>
    public EventideMonitor()
    {
        EventideTelemetry.Meter.CreateObservableGauge("eventide.messages.in_flight", () => Measure<long>(s => s.InFlight), "{message}", "Handlers running.");
        EventideTelemetry.Meter.CreateObservableGauge("eventide.messages.buffered", () => Measure<long>(s => s.Buffered), "{message}", "Messages waiting in memory for a free handler.");
        BacklogGauge = EventideTelemetry.Meter.CreateObservableGauge("eventide.queue.backlog", () => Measure<long>(s => s.Backlog?.Ready ?? s.Backlog?.Backlog), "{message}", "Messages waiting in the queue.");
        AgeGauge = EventideTelemetry.Meter.CreateObservableGauge("eventide.queue.oldest_age", () => Measure<double>(s => s.Backlog?.OldestAge?.TotalSeconds), "s", "Age of the oldest message waiting in the queue.");
    }

    /// <summary>What each queue's worker has done and is doing.</summary>
    public IReadOnlyList<WorkerStats> Stats => [.. _workers.Select(w => w.Stats)];

    /// <summary>Whether the workers have been started.</summary>
    public bool IsStarted { get; internal set; }

    /// <summary>Whether every worker can still handle messages: none has all its slots taken by stuck handlers.</summary>
    public bool IsHealthy => _workers.All(w => !w.IsStalled);

    /// <summary>Whether somebody listens to what only the queue can tell.</summary>
    internal bool WantsBacklog => BacklogGauge.Enabled || AgeGauge.Enabled;

    private ObservableGauge<long> BacklogGauge { get; }

    private ObservableGauge<double> AgeGauge { get; }

    internal void Watch(IReadOnlyList<IWatchedWorker> workers) => _workers = workers;

    private IEnumerable<Measurement<T>> Measure<T>(Func<WorkerStats, T?> value)
        where T : struct
    {
        foreach (var stats in Stats)
        {
            if (value(stats) is { } measured)
            {
                yield return new Measurement<T>(measured, new KeyValuePair<string, object?>("messaging.destination.name", stats.Queue));
            }
        }
    }
}
