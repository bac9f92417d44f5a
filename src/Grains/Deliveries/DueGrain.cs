using Orleans;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>Does one thing at a stored time, however far off and whatever silo dies meanwhile: a short wait is kept by a timer with a
/// reminder behind it, a long one by reminders, chained where one cannot reach so far. A due time found past is acted upon at once.</summary>
internal abstract class DueGrain(EventideClock clock, EventideSiloOptions options, DueHandover handover) : Grain, IDueGrain, IGrainMigrationParticipant
{
    private const string ReminderName = "due";

    private ITimer? _timer;
    private bool _busy;
    private bool _stays;

    protected TimeProvider Time { get; } = clock.Time;

    /// <summary>When there is something to do; <see langword="null"/> where there is nothing.</summary>
    protected abstract DateTimeOffset? Due { get; }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // Where the silo stops, the timer's call hands over: an activation cannot leave before it is one.
        SetTimer();
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        handover.Remove(GrainContext);
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }
    }

    // What is stored goes along by itself.
    public void OnDehydrate(IDehydrationContext dehydrationContext)
    {
    }

    // Two silos that stop at once do not play ball with it.
    public void OnRehydrate(IRehydrationContext rehydrationContext) => _stays = handover.IsLeaving;

    public Task LookAsync() => ActIfDueAsync();

    public async Task ReceiveReminder(string reminderName, TickStatus status)
    {
        if (Due is null)
        {
            await ForgetReminderAsync();
        }
        else if (Due - Time.GetUtcNow() > options.TimerHorizon)
        {
            // The next link of the chain.
            await SetReminderAsync();
        }
        else
        {
            await ActIfDueAsync();
        }
    }

    /// <summary>Does what is due. Afterwards <see cref="Due"/> lies in the future, or is gone.</summary>
    protected abstract Task ActAsync();

    /// <summary>Sets the reminder for the due time, before that is stored: a reminder without anything to do removes itself, but
    /// something to do without a reminder could be forgotten.</summary>
    protected async Task SetReminderAsync(DateTimeOffset? due = null)
    {
        var left = (due ?? Due!.Value) - Time.GetUtcNow();
        var wait = left <= options.TimerHorizon ? (left > TimeSpan.Zero ? left : TimeSpan.Zero) + options.BackstopDelay
            : left < options.MaxReminderDelay ? left
            : options.MaxReminderDelay;
        await this.RegisterOrUpdateReminder(ReminderName, wait, options.ReminderPeriod);
    }

    protected async Task ForgetReminderAsync()
    {
        if (await this.GetReminder(ReminderName) is { } reminder)
        {
            await this.UnregisterReminder(reminder);
        }
    }

    /// <summary>Sets the timer for the due time, where that is near; where this silo stops, on another one.</summary>
    protected void ArmTimer()
    {
        if (!TryHandOver())
        {
            SetTimer();
        }
    }

    /// <summary>Goes on at another silo, where this one stops and the due time is near.</summary>
    /// <returns>Whether it does.</returns>
    protected bool TryHandOver() => handover.IsLeaving && !_stays && Due - Time.GetUtcNow() <= options.TimerHorizon && handover.TryHandOver(GrainContext);

    /// <summary>Forgets what is in memory, which is not what is stored: that is the truth, and the reminder comes again.</summary>
    protected void StartAfresh()
    {
        _stays = true;
        DeactivateOnIdle();
    }

    private void SetTimer()
    {
        _timer?.Dispose();
        _timer = null;
        var left = Due - Time.GetUtcNow();
        if (left is not { } wait || wait > options.TimerHorizon)
        {
            handover.Remove(GrainContext);
            return;
        }

        wait = wait > TimeSpan.Zero ? wait : TimeSpan.Zero;

        // The timer calls the grain from outside, so that it acts in a turn of its own.
        var self = this.AsReference<IDueGrain>();
        if (!_stays)
        {
            handover.Add(GrainContext, self);
        }

        _timer = Time.CreateTimer(static grain => ((IDueGrain)grain!).LookAsync().Ignore(), self, wait, Timeout.InfiniteTimeSpan);
        DelayDeactivation(wait + TimeSpan.FromMinutes(1));
    }

    private async Task ActIfDueAsync()
    {
        if (_busy || Due is not { } due || TryHandOver())
        {
            return;
        }

        if (due > Time.GetUtcNow())
        {
            SetTimer();
            return;
        }

        _busy = true;
        handover.Begin();
        try
        {
            await ActAsync();
        }
        finally
        {
            _busy = false;
            handover.End();
        }

        ArmTimer();
    }
}
