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
    // Done in milliseconds, unless the other silo is dead and the cluster does not know it yet, or stops as well.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<IGrainContext, IDueGrain> _timed = new();
    private readonly TaskCompletionSource _noneAtWork = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _isLeaving;
    private int _atWork;

    /// <summary>Whether this silo stops, and grains with a timer should be elsewhere.</summary>
    public bool IsLeaving => Volatile.Read(ref _isLeaving) != 0;

    public void Add(IGrainContext grain, IDueGrain self) => _timed[grain] = self;

    public void Remove(IGrainContext grain) => _timed.TryRemove(grain, out _);

    /// <summary>A grain is at work on what is due.</summary>
    public void Begin() => Interlocked.Increment(ref _atWork);

    /// <summary>It has done.</summary>
    public void End()
    {
        if (Interlocked.Decrement(ref _atWork) == 0 && IsLeaving)
        {
            _noneAtWork.TrySetResult();
        }
    }

    /// <summary>Has a grain go on at another silo, as soon as it has nothing to do.</summary>
    /// <returns>Whether there is one.</returns>
    public bool TryHandOver(IGrainContext grain)
    {
        if (silos.Others is not { Count: > 0 } others)
        {
            return false;
        }

        grain.Migrate(
            new Dictionary<string, object>(StringComparer.Ordinal) { [IPlacementDirector.PlacementHintKey] = others[Random.Shared.Next(others.Count)] },
            new CancellationTokenSource(Patience, clock.Time).Token);
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

        // With a full fence: whoever has done from now on sees it, the others are seen to have done.
        Interlocked.Exchange(ref _isLeaving, 1);
        if (_timed.IsEmpty || silos.Others.Count == 0)
        {
            return;
        }

        var leaving = Array.ConvertAll(_timed.ToArray(), grain => (Self: grain.Value, grain.Key.Deactivated));
        Array.ForEach(leaving, grain => grain.Self.LookAsync().Ignore());
        if (Volatile.Read(ref _atWork) > 0)
        {
            // On attempts, for which this silo's queues wait too; they go when they have done.
            await WaitAsync(_noneAtWork.Task, queues.StopPatience, cancellationToken);
        }

        await WaitAsync(Task.WhenAll(leaving.Select(grain => grain.Deactivated)), Patience, cancellationToken);
        logger.HandedOver(leaving.Count(grain => grain.Deactivated.IsCompleted), leaving.Length);
    }

    private async Task WaitAsync(Task done, TimeSpan patience, CancellationToken cancellationToken) => await done.WaitAsync(patience, clock.Time, cancellationToken)
        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
}
