using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Placement;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <inheritdoc cref="IScheduleGrain"/>
/// <remarks>The message is sent before the tick is noted as done, and that before the reminder moves on: a silo that dies in between
/// makes a tick come twice, with the same id, but never not at all. The reminder stays as long as the schedule does.</remarks>
// Not where the first silo to start has them all.
[RandomPlacement]
internal sealed class ScheduleGrain(
    [PersistentState("schedule", EventideSiloOptions.ProviderName)] IPersistentState<ScheduleState> state,
    ScheduleSet configured,
    QueueSenders senders,
    EventideClock clock,
    IOptions<EventideSiloOptions> options,
    DueHandover handover,
    SchedulingProbe probe,
    ILogger<ScheduleGrain> logger) : DueGrain(clock, options.Value, handover), IScheduleGrain
{
    private Schedule? _schedule;

    // When a silo last told that it has the schedule; first, when this activation began to listen.
    private DateTimeOffset _heard;
    private bool _isHeard;

    protected override DateTimeOffset? Due => state.RecordExists ? state.State.Due : null;

    private string Name => this.GetPrimaryKeyString();

    private ScheduleState State => state.State;

    // Each silo tells every interval: after three, none has it.
    private TimeSpan Patience => options.Value.ScheduleCheckInterval * 3;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _heard = Time.GetUtcNow();
        return base.OnActivateAsync(cancellationToken);
    }

    public async Task EnsureAsync(ScheduleDefinition definition)
    {
        (_heard, _isHeard) = (Time.GetUtcNow(), true);
        var isNew = !state.RecordExists;
        if (isNew || (definition.ConfiguredAt >= State.Definition.ConfiguredAt && !definition.IsSameAs(State.Definition)))
        {
            var schedule = definition.ToSchedule(Name);
            var now = Time.GetUtcNow();

            // New times hold from now on; ticks that they would have had before were never meant.
            var last = isNew || !definition.HasTimesOf(State.Definition) ? now : State.Last;
            var due = schedule.Cron.Next(last);
            if (due is not null)
            {
                await SetReminderAsync(due);
                await probe.ReachedAsync(SchedulingStep.ReminderSet, Name);
            }

            state.State = new ScheduleState { Definition = definition, Last = last, Due = due };
            await state.WriteStateAsync();
            await probe.ReachedAsync(SchedulingStep.Stored, Name);
            _schedule = schedule;
            logger.ScheduleStarted(Name, schedule.Cron, senders.Resolve(schedule.Queue).Key, due);
        }

        ArmTimer();
    }

    protected override async Task ActAsync()
    {
        try
        {
            var now = Time.GetUtcNow();
            if (configured.Find(Name) is null && (!_isHeard || now - _heard > Patience))
            {
                await WaitOrForgetAsync(now);
                return;
            }

            var schedule = _schedule ??= State.Definition.ToSchedule(Name);
            var decision = ScheduleDecision.Of(schedule.Cron, State.Last, now, schedule.CatchUp);
            if (await TrySendAsync(schedule, decision))
            {
                await probe.ReachedAsync(SchedulingStep.Sent, Name);
                State.Last = decision.Through ?? State.Last;
                State.Due = decision.Next;
                State.Failures = 0;
                await state.WriteStateAsync();
                await probe.ReachedAsync(SchedulingStep.Noted, Name);
                if (decision.Through is not null)
                {
                    decision.Log(logger, Name);
                }
            }
            else
            {
                await state.WriteStateAsync();
            }

            if (Due is not null)
            {
                await SetReminderAsync();
            }
        }
        catch (Exception e)
        {
            // The storage cannot be reached, or another activation has written.
            logger.ScheduledGrainFailed(Name, e);
            StartAfresh();
        }
    }

    /// <summary>Sends what is to be sent.</summary>
    /// <returns>Whether that is done.</returns>
    private async Task<bool> TrySendAsync(Schedule schedule, ScheduleDecision decision)
    {
        if (decision.Fire is not { } tick)
        {
            return true;
        }

        try
        {
            await senders.SendAsync(schedule.Queue, schedule.MessageOf(tick), CancellationToken.None);
            return true;
        }
        catch (Exception e) when (e is QueueException or FormatException)
        {
            State.Failures++;
            var delay = Backoff.OfSends.After(State.Failures);
            State.Due = Time.GetUtcNow() + delay;
            logger.TickFailed(Name, tick, delay, e.Message);
            return false;
        }
    }

    /// <summary>This silo does not have the schedule. Another one may (it is being rolled out, or taken back), and tells so soon.</summary>
    private async Task WaitOrForgetAsync(DateTimeOffset now)
    {
        if (now - _heard <= Patience)
        {
            State.Due = now + options.Value.ScheduleCheckInterval;
            await state.WriteStateAsync();
            await SetReminderAsync();
        }
        else
        {
            logger.ScheduleForgotten(Name);
            await state.ClearStateAsync();
            _schedule = null;
            await ForgetReminderAsync();
        }
    }
}
