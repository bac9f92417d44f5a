using Orleans;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>Does one thing at a stored time, however far off and whatever silo dies meanwhile: a short wait is kept by a timer with a
/// reminder behind it, a long one by reminders, chained where one cannot reach so far. A due time found past is acted upon at once.</summary>
internal abstract class DueGrain(EventideClock clock, EventideSiloOptions options) : Grain, IDueGrain
{
    private const string ReminderName = "due";

    private ITimer? _timer;
    private bool _busy;

    protected TimeProvider Time { get; } = clock.Time;

    /// <summary>When there is something to do; <see langword="null"/> where there is nothing.</summary>
    protected abstract DateTimeOffset? Due { get; }

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        ArmTimer();
        return Task.CompletedTask;
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }
    }

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

    /// <summary>Sets the timer for the due time, where that is near.</summary>
    protected void ArmTimer()
    {
        _timer?.Dispose();
        _timer = null;
        if (Due is not { } due)
        {
            return;
        }

        var left = due - Time.GetUtcNow();
        if (left > options.TimerHorizon)
        {
            return;
        }

        // The timer calls the grain from outside, so that it acts in a turn of its own.
        var self = this.AsReference<IDueGrain>();
        _timer = Time.CreateTimer(static grain => ((IDueGrain)grain!).LookAsync().Ignore(), self, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        DelayDeactivation((left > TimeSpan.Zero ? left : TimeSpan.Zero) + TimeSpan.FromMinutes(1));
    }

    private async Task ActIfDueAsync()
    {
        if (_busy || Due is not { } due)
        {
            return;
        }

        if (due > Time.GetUtcNow())
        {
            ArmTimer();
            return;
        }

        _busy = true;
        try
        {
            await ActAsync();
        }
        finally
        {
            _busy = false;
        }

        ArmTimer();
    }
}
