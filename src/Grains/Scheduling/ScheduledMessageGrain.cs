using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <inheritdoc cref="IScheduledMessageGrain"/>
/// <remarks>Safe to kill at any point: the reminder before the state; the message sent before the state is removed, and that before the
/// reminder.</remarks>
internal sealed class ScheduledMessageGrain(
    [PersistentState("scheduled", EventideSiloOptions.ProviderName)] IPersistentState<ScheduledMessage> state,
    QueueSenders senders,
    EventideClock clock,
    IOptions<EventideSiloOptions> options,
    DueHandover handover,
    SchedulingProbe probe,
    ILogger<ScheduledMessageGrain> logger) : DueGrain(clock, options.Value, handover), IScheduledMessageGrain
{
    protected override DateTimeOffset? Due => state.RecordExists ? state.State.NextTry : null;

    private string Key => this.GetPrimaryKeyString();

    public async Task ScheduleAsync(ScheduledMessage message)
    {
        if (!state.RecordExists)
        {
            await SetReminderAsync(message.NextTry);
            await probe.ReachedAsync(SchedulingStep.ReminderSet, Key);
            state.State = message;
            await state.WriteStateAsync();
            await probe.ReachedAsync(SchedulingStep.Stored, Key);
        }

        ArmTimer();
    }

    public async Task<bool> CancelAsync()
    {
        if (!state.RecordExists)
        {
            return false;
        }

        await state.ClearStateAsync();
        await ForgetReminderAsync();
        ArmTimer();
        return true;
    }

    public Task<DateTimeOffset?> FindAsync() => Task.FromResult(state.RecordExists ? state.State.Due : (DateTimeOffset?)null);

    protected override async Task ActAsync()
    {
        try
        {
            if (await TrySendAsync())
            {
                await probe.ReachedAsync(SchedulingStep.Sent, Key);
                await state.ClearStateAsync();
                await probe.ReachedAsync(SchedulingStep.Noted, Key);
                await ForgetReminderAsync();
            }
            else
            {
                await SetReminderAsync(state.State.NextTry);
                await state.WriteStateAsync();
            }
        }
        catch (Exception e)
        {
            // The storage cannot be reached, or another activation has written.
            logger.ScheduledGrainFailed(Key, e);
            StartAfresh();
        }
    }

    private async Task<bool> TrySendAsync()
    {
        var message = state.State;
        try
        {
            await senders.SendAsync(message.Queue, message.ToMessage(), CancellationToken.None);
            return true;
        }
        catch (Exception e) when (e is QueueException or FormatException)
        {
            // Never dropped: what needs a person (a queue that is gone, or not configured on this silo) may be mended.
            message.Failures++;
            var delay = Backoff.OfSends.After(message.Failures);
            message.NextTry = Time.GetUtcNow() + delay;
            logger.ScheduledSendFailed(Key, QueueName(message.Queue), delay, e.Message);
            return false;
        }
    }

    private string QueueName(string queue)
    {
        try
        {
            return senders.Resolve(queue).Key;
        }
        catch (FormatException)
        {
            return "an unknown queue";
        }
    }
}
