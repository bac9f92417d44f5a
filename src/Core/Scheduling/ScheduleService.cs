using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Eventide;

/// <summary>Runs the recurring schedules of one process. It knows of no other process: many equal ones each send every tick, with the
/// same deduplication id.</summary>
internal sealed class ScheduleService(ScheduleSet schedules, QueueSenders senders, TimeProvider time, ILogger<ScheduleService> logger) : BackgroundService
{
    // The wall clock may be set while a timer runs: a long wait looks at it now and then.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private DateTimeOffset _start;

    /// <summary>Opens the queues before anything runs, so that what is wrong stops the start.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var schedule in schedules.All)
        {
            await senders.GetAsync(schedule.Queue, cancellationToken);
        }

        _start = time.GetUtcNow();
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(schedules.All.Select(s => RunAsync(s, _start, stoppingToken)));

    private async Task RunAsync(Schedule schedule, DateTimeOffset last, CancellationToken stoppingToken)
    {
        logger.ScheduleStarted(schedule.Name, schedule.Cron, senders.Resolve(schedule.Queue).Key, schedule.Cron.Next(last));
        var failures = 0;
        try
        {
            while (true)
            {
                var now = time.GetUtcNow();
                var decision = ScheduleDecision.Of(schedule.Cron, last, now, schedule.CatchUp);
                if (decision.Through is not { } through)
                {
                    if (decision.Next is not { } next)
                    {
                        return;
                    }

                    await PauseAsync(next - now, stoppingToken);
                }
                else if (await TickAsync(schedule, decision) is not { } fault)
                {
                    (last, failures) = (through, 0);
                }
                else
                {
                    failures++;
                    var delay = Backoff.OfSends.After(failures);
                    logger.TickFailed(schedule.Name, decision.Fire!.Value, delay, fault);
                    await PauseAsync(delay, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process stops.
        }
    }

    private Task PauseAsync(TimeSpan wait, CancellationToken stoppingToken) =>
        Task.Delay(wait > LongestWait ? LongestWait : wait < ShortestWait ? ShortestWait : wait, time, stoppingToken);

    /// <returns>Why the tick could not be sent, or <see langword="null"/>.</returns>
    private async Task<string?> TickAsync(Schedule schedule, ScheduleDecision decision)
    {
        if (decision.Fire is { } tick)
        {
            try
            {
                // A send under way is not given up when the process stops: whether it was sent would not be known.
                await senders.SendAsync(schedule.Queue, schedule.MessageOf(tick), CancellationToken.None);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                return e.Message;
            }
        }

        decision.Log(logger, schedule.Name);
        return null;
    }
}
