using Microsoft.Extensions.Logging;

namespace Eventide.Orleans;

internal sealed partial class SiloQueue
{
    protected override ValueTask<(AttemptOutcome Outcome, CancelReason Reason, bool WasStuck, TimeSpan Duration)> CallAsync(SiloSlot slot, Delivery delivery, HandlerRuntime handler) =>
        CallAsync(slot, (RoutedDelivery)delivery, handler);

    private async ValueTask ProcessAsync(SiloSlot slot, RoutedDelivery delivery)
    {
        if (!delivery.TryStart())
        {
            // Given back just as its turn came: its lane is not to wait for it.
            FreeLane(delivery);
            return;
        }

        Interlocked.Increment(ref _running);
        try
        {
            if (Hooks.Any)
            {
                await Hooks.ReceivedAsync(delivery.Message);
            }

            await HandleAsync(slot, delivery, delivery.Routes);
        }
        finally
        {
            // After the settlement: a drain that sees no handler running must see what it left behind.
            Interlocked.Decrement(ref _running);
        }
    }

    private async ValueTask ProcessAsync(SiloSlot slot, DetachedAttempt attempt)
    {
        Interlocked.Increment(ref _running);
        try
        {
            var handler = attempt.Handler;
            var (outcome, reason, wasStuck, duration) = await CallAsync(slot, attempt, attempt.Message, handler, (_, why) => OnStuck(attempt, why));
            if (await ConcludeAsync(attempt.Message, handler, outcome, reason, wasStuck, duration, attempt.IsDecided, isLeaseLost: false) is { } settlement)
            {
                attempt.TryDecide(settlement);
            }
        }
        catch (Exception e)
        {
            Logger.EngineFault(attempt.Message, e);
            attempt.Fail(e);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private async ValueTask<(AttemptOutcome Outcome, CancelReason Reason, bool WasStuck, TimeSpan Duration)> CallAsync(SiloSlot slot, RoutedDelivery delivery, HandlerRuntime handler)
    {
        delivery.Attempt = slot.Attempt;
        var result = await CallAsync(slot, delivery, delivery.Message, handler, (_, why) => OnStuck(delivery, handler, why));
        delivery.Attempt = null;
        return result;
    }

    private async ValueTask<(AttemptOutcome Outcome, CancelReason Reason, bool WasStuck, TimeSpan Duration)> CallAsync(
        SiloSlot slot, object owner, Message message, HandlerRuntime handler, Action<object, CancelReason> stuck)
    {
        RecordWait(message);
        var call = new HandlerCall { HandlerName = handler.Name, Handler = handler, Message = message, Owner = owner, Token = slot.Attempt.Begin(owner, handler.Timeout, stuck) };
        slot.Call = call;
        if (_abandoning)
        {
            Abandon(call);
        }

        try
        {
            await slot.Worker.RunAsync(call);

            // Where the worker was let go, the handler itself is still waited for.
            await call.Ended;
        }
        catch (Exception e)
        {
            // The worker catches whatever the handler throws: this is Orleans, unable to bring the call there and back.
            slot.Attempt.End(out var gaveUp, out var time);
            Logger.EngineFault(message, e);
            return (AttemptOutcome.Of(handler.Name, e), CancelReason.Shutdown, gaveUp, time);
        }

        slot.Call = null;
        var reason = slot.Attempt.End(out var wasStuck, out var duration);
        return (call.Outcome, reason, wasStuck, duration);
    }

    /// <summary>Lets go of a handler that has not returned at the end of the drain time, so that its silo can stop.</summary>
    private static void Abandon(HandlerCall call)
    {
        if (call.Abandon())
        {
            (call.Owner as DetachedAttempt)?.TryDecide(new Settlement(SettlementKind.Release));
        }
    }

    private void OnStuck(DetachedAttempt attempt, CancelReason reason)
    {
        NoteStuck(attempt.Message, attempt.Handler);
        if (!attempt.IsDecided)
        {
            attempt.TryDecide(DecideStuck(attempt.Message, attempt.Handler, reason));
        }
    }
}
