using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <inheritdoc cref="IDeliveryGrain"/>
/// <remarks>The order of its writes is what makes it safe to kill at any point: the reminder before the state, the state before the
/// queue's copy is acknowledged; the attempt's number before the attempt; the dead letter before the state's removal, and that
/// before the reminder's.</remarks>
internal sealed class DeliveryGrain(
    [PersistentState("delivery", EventideSiloOptions.ProviderName)] IPersistentState<DeliveryState> state,
    SiloQueues queues,
    EventideClock clock,
    IOptions<EventideSiloOptions> options,
    DueHandover handover,
    DeliveryProbe probe,
    ILogger<DeliveryGrain> logger) : DueGrain(clock, options.Value, handover), IDeliveryGrain
{
    private static readonly TimeSpan NoQueueDelay = TimeSpan.FromMinutes(1);

    // Remembered while the grain stays in memory: the queue's copy may come again although its acknowledgement was sent.
    private bool _wasSettled;

    protected override DateTimeOffset? Due => state.RecordExists ? state.State.Due : null;

    private DeliveryState State => state.State;

    private string Key => this.GetPrimaryKeyString();

    public async Task HoldAsync(DeliveryState delivery)
    {
        if (!state.RecordExists && !_wasSettled)
        {
            await SetReminderAsync(delivery.Due);
            await probe.ReachedAsync(DeliveryStep.ReminderSet, delivery, Key);
            state.State = delivery;
            await state.WriteStateAsync();
            await probe.ReachedAsync(DeliveryStep.Stored, State, Key);
        }

        ArmTimer();
    }

    public Task<bool> HasAsync() => Task.FromResult(state.RecordExists || _wasSettled);

    protected override async Task ActAsync()
    {
        try
        {
            if (queues.Find(State.Queue) is not { } queue)
            {
                logger.HandlerMissing(State.ToMessage(), State.Handler, "queue", NoQueueDelay);
                await PostponeAsync(NoQueueDelay);
            }
            else if (State.GivenUp is { } reason)
            {
                await GiveUpAsync(queue, State.ToMessage(), new HandlerFailure(State.Handler, State.GivenUpKind, reason));
            }
            else if (queue.FindHandler(State.Handler) is not { } handler)
            {
                logger.HandlerMissing(State.ToMessage(), State.Handler, "handler", queue.Settings.MaxBackoff);
                await PostponeAsync(queue.Settings.MaxBackoff);
            }
            else
            {
                await AttemptAsync(queue, handler);
            }
        }
        catch (Exception e)
        {
            // The storage cannot be reached, or another activation has written.
            logger.DeliveryFailed(Key, e);
            StartAfresh();
        }
    }

    private async Task AttemptAsync(SiloQueue queue, HandlerRuntime handler)
    {
        State.Attempt++;
        await state.WriteStateAsync();
        await probe.ReachedAsync(DeliveryStep.AttemptStored, State, Key);

        var message = State.ToMessage();
        Settlement settlement;
        if (DeliveryDecisions.IsCrashing(message, handler.Retry, queue.Settings.CrashAllowance))
        {
            queue.Logger.TooManyDeliveries(message, message.Attempt, handler.Name, handler.Retry.RetryLimit, queue.Settings.CrashAllowance);
            settlement = DeliveryDecisions.GiveUp(message, handler.Name);
        }
        else
        {
            settlement = await queue.RunHeldAsync(message, handler);
        }

        await probe.ReachedAsync(DeliveryStep.AttemptDone, State, Key);
        switch (settlement.Kind)
        {
            case SettlementKind.Acknowledge:
                await ClearAsync();
                break;
            case SettlementKind.DeadLetter:
                await GiveUpAsync(queue, message, settlement.Failure!);
                break;
            case SettlementKind.Retry:
                queue.NoteRetry(message, settlement);
                await PostponeAsync(settlement.Delay);
                break;
            default:
                // This silo is shutting down: it was no attempt, and another silo goes on, at the latest when its reminder comes.
                State.Attempt--;
                await PostponeAsync(TimeSpan.Zero);
                if (!TryHandOver())
                {
                    DeactivateOnIdle();
                }

                break;
        }
    }

    private async Task GiveUpAsync(SiloQueue queue, Message message, HandlerFailure failure)
    {
        if (await queue.SendDeadLetterAsync(message, failure, State.FirstFailure))
        {
            await probe.ReachedAsync(DeliveryStep.DeadLetterSent, State, Key);
            await ClearAsync();
        }
        else
        {
            State.GivenUp = failure.Reason;
            State.GivenUpKind = failure.Kind;
            await PostponeAsync(queue.Settings.MaxBackoff);
        }
    }

    private async Task PostponeAsync(TimeSpan delay)
    {
        var due = Time.GetUtcNow() + delay;
        await SetReminderAsync(due);
        State.Due = due;
        await state.WriteStateAsync();
        await probe.ReachedAsync(DeliveryStep.Rescheduled, State, Key);
    }

    private async Task ClearAsync()
    {
        var settled = State;
        _wasSettled = true;
        await state.ClearStateAsync();
        await probe.ReachedAsync(DeliveryStep.Cleared, settled, Key);
        await ForgetReminderAsync();
    }
}
