using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>Tells the schedule grains which schedules this silo has: when it starts, and every
/// <see cref="EventideSiloOptions.ScheduleCheckInterval"/> from then on.</summary>
internal sealed class SiloSchedules(
    ScheduleSet schedules,
    QueueSenders senders,
    IOptions<EventideOptions> options,
    IOptions<EventideSiloOptions> silo,
    EventideClock clock,
    IGrainFactory grains,
    ILogger<SiloSchedules> logger) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _telling = Task.CompletedTask;
    private bool _isDisposed;

    public void Participate(ISiloLifecycle lifecycle) =>
        lifecycle.Subscribe("Eventide schedules", ServiceLifecycleStage.Active + 1, StartAsync, StopAsync);

    public void Dispose()
    {
        // Twice where the container has it under two names: the source must not be cancelled when it is gone.
        if (!_isDisposed)
        {
            _isDisposed = true;
            _stop.Cancel();
            _stop.Dispose();
        }
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var schedule in schedules.All)
        {
            try
            {
                await senders.GetAsync(schedule.Queue, cancellationToken);
            }
            catch (QueueException e) when (e.IsTransient)
            {
                // What is wrong stops the start; a queue out of reach now need not be so at the next tick.
            }
        }

        var stop = _stop.Token;
        var started = clock.Time.GetUtcNow();
        var definitions = schedules.All.Select(s => (s.Name, Definition: ScheduleDefinition.Of(s, options.Value.Schedules[s.Name], started))).ToList();
        _telling = Task.WhenAll(definitions.Select(d => Task.Run(() => TellAsync(d.Name, d.Definition, stop), CancellationToken.None)));
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync();
        await _telling;
    }

    private async Task TellAsync(string name, ScheduleDefinition definition, CancellationToken stop)
    {
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            var wait = silo.Value.ScheduleCheckInterval;
            try
            {
                await grains.GetGrain<IScheduleGrain>(name).EnsureAsync(definition).WaitAsync(stop);
                failures = 0;
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                failures++;
                var delay = Backoff.OfSends.After(failures);
                wait = delay < wait ? delay : wait;
                logger.ScheduleNotTold(name, wait, e);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(wait, clock.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }
    }
}
