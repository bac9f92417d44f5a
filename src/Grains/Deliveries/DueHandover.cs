using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace Eventide.Orleans;

/// <summary>Hands what this silo keeps by timers to other silos when it stops, while it is still a full member of its cluster: the timers go
/// on there. Nothing rests on it: where it does not come to it, the reminder behind each timer does its work later.</summary>
internal sealed class DueHandover(SiloLink silos, SiloQueues queues, EventideClock clock, ILogger<DueHandover> logger) : ILifecycleParticipant<ISiloLifecycle>
{
    private readonly ConcurrentDictionary<IGrainContext, IDueGrain> _timed = new();
    private volatile bool _isLeaving;

    /// <summary>Whether this silo stops, and grains with a timer should be elsewhere.</summary>
    public bool IsLeaving => _isLeaving;

    public void Add(IGrainContext grain, IDueGrain self) => _timed[grain] = self;

    public void Remove(IGrainContext grain) => _timed.TryRemove(grain, out _);

    /// <summary>Has a grain go on at another silo, as soon as it has nothing to do.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TryHandOver(IGrainContext grain)
    {
        if (silos.Others is not { Count: > 0 } others)
        {
            return false;
        }

        grain.Migrate(new Dictionary<string, object>(StringComparer.Ordinal) { [IPlacementDirector.PlacementHintKey] = others[Random.Shared.Next(others.Count)] });
        return true;
    }

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe("Eventide timers", ServiceLifecycleStage.Active + 1, static _ => Task.CompletedTask, StopAsync);

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            // No time for it.
            return;
        }

        _isLeaving = true;
        if (_timed.IsEmpty || silos.Others.Count == 0)
        {
            return;
        }

        // Those at work, on attempts of which this silo's queues may wait for, go when they have done.
        var leaving = _timed.ToArray();
        Array.ForEach(leaving, grain => grain.Value.LookAsync().Ignore());
        await Task.WhenAll(leaving.Select(grain => grain.Key.Deactivated)).WaitAsync(queues.StopPatience + TimeSpan.FromSeconds(5), clock.Time, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        logger.HandedOver(leaving.Count(grain => grain.Key.Deactivated.IsCompleted), leaving.Length);
    }
}
