using Microsoft.Extensions.Logging;

namespace Eventide.Orleans;

internal sealed partial class SiloQueue
{
    private async ValueTask ProcessAsync(AttemptSlot slot, RoutedDelivery delivery)
    {
        if (!delivery.TryStart())
        {
            // Given back just as its turn came: its lane is not to wait for it.
            FreeLane(delivery);
            return;
        }

        Interlocked.Increment(ref _running);
        var message = delivery.Message;
        if (Hooks.Any)
        {
            await Hooks.ReceivedAsync(message);
        }

        var routes = delivery.Routes;
        if (routes.Count == 0)
        {
            Counters.Unmatched();
            var failure = DeliveryDecisions.WhyUnmatched(routes);
            Logger.Unmatched(message, failure.Reason, Settings.Unmatched, DeliveryDecisions.Summary(message));
            End(delivery, DeliveryDecisions.Unmatched(failure, Settings.Unmatched, Settings.Lease));
        }
        else if (routes.Count == 1)
        {
            await RunOneAsync(slot, delivery, _handlers[routes[0].Index]);
        }
        else
        {
            await RunAllAsync(slot, delivery, routes);
        }
    }

    private async ValueTask RunOneAsync(AttemptSlot slot, RoutedDelivery delivery, HandlerRuntime handler)
    {
        var message = delivery.Message;
        if (message.Attempt > 1 && KeepsRetries(delivery) && await _silo.Deliveries.HasAsync(Name, message, handler.Name))
        {
            End(delivery, Settlement.Acknowledge);
        }
        else if (DeliveryDecisions.IsCrashing(message, handler.Retry, Settings.CrashAllowance))
        {
            End(delivery, Crashed(message, handler));
        }
        else if (await AttemptAsync(slot, delivery, handler) is { } settlement)
        {
            End(delivery, settlement);
        }
        else
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>Runs all handlers of a message, one after the other. Those that succeed are not run again when another fails.</summary>
    private async ValueTask RunAllAsync(AttemptSlot slot, RoutedDelivery delivery, RouteResult routes)
    {
        var message = delivery.Message;
        if (!_progress.TryGet(message.Id, out var done))
        {
            done = new HashSet<string>(StringComparer.Ordinal);
        }

        var joined = Settlement.Acknowledge;
        for (var i = 0; i < routes.Count; i++)
        {
            var handler = _handlers[routes[i].Index];
            if (done.Contains(handler.Name))
            {
                continue;
            }

            if (message.Attempt > 1 && KeepsRetries(delivery) && await _silo.Deliveries.HasAsync(Name, message, handler.Name))
            {
                done.Add(handler.Name);
                continue;
            }

            Settlement settlement;
            if (DeliveryDecisions.IsCrashing(message, handler.Retry, Settings.CrashAllowance))
            {
                settlement = Crashed(message, handler);
            }
            else if (await AttemptAsync(slot, delivery, handler) is { } decided)
            {
                settlement = decided;
            }
            else
            {
                Interlocked.Decrement(ref _running);
                return;
            }

            switch (settlement.Kind)
            {
                case SettlementKind.Acknowledge:
                case SettlementKind.DeadLetter when await SendDeadLetterAsync(delivery, settlement.Failure!):
                case SettlementKind.Retry when KeepsRetries(delivery) && await TryHoldAsync(delivery, settlement):
                    done.Add(handler.Name);
                    break;
                case SettlementKind.DeadLetter:
                    joined = DeliveryDecisions.Join(joined, new Settlement(SettlementKind.Retry, Settings.MaxBackoff, settlement.Failure));
                    break;
                case SettlementKind.Retry:
                    joined = DeliveryDecisions.Join(joined, settlement);
                    break;
                default:
                    // Shutting down, or the lease is lost: the rest is for the next delivery.
                    _progress.Remember(message.Id, done);
                    End(delivery, settlement);
                    return;
            }
        }

        if (joined.Kind == SettlementKind.Acknowledge)
        {
            _progress.Forget(message.Id);
            End(delivery, joined);
        }
        else
        {
            // What is left goes round by the queue: some of it could not be taken over.
            _progress.Remember(message.Id, done);
            Interlocked.Decrement(ref _running);
            if (delivery.TryEnd())
            {
                RetryByQueue(delivery, joined);
            }
        }
    }

    private Settlement Crashed(Message message, HandlerRuntime handler)
    {
        Logger.TooManyDeliveries(message, message.Attempt, handler.Name, handler.Retry.RetryLimit, Settings.CrashAllowance);
        return DeliveryDecisions.GiveUp(message, handler.Name);
    }

    /// <summary>Whether a failure is kept by a delivery grain: where there is an order to keep, only the queue can hold back the rest.</summary>
    private bool KeepsRetries(RoutedDelivery delivery) => delivery.Lane is null && Silo.Retries == RetryMode.Grain;

    /// <summary>One attempt by a handler worker, counted, told and decided.</summary>
    /// <returns>What to do, or null where the delivery was given up while the handler ran on.</returns>
    private async ValueTask<Settlement?> AttemptAsync(AttemptSlot slot, RoutedDelivery delivery, HandlerRuntime handler)
    {
        delivery.Attempt = slot;
        var (outcome, reason, wasStuck, duration) = await CallAsync(slot, delivery, delivery.Message, handler, (_, _) => OnStuck(delivery, handler));
        delivery.Attempt = null;
        return await ConcludeAsync(delivery.Message, handler, outcome, reason, wasStuck, duration, delivery.State == Delivery.Stage.Ended, delivery.LeaseLost);
    }

    private async ValueTask ProcessAsync(AttemptSlot slot, DetachedAttempt attempt)
    {
        Interlocked.Increment(ref _running);
        try
        {
            var (outcome, reason, wasStuck, duration) = await CallAsync(slot, attempt, attempt.Message, attempt.Handler, (_, _) => OnStuck(attempt));
            if (await ConcludeAsync(attempt.Message, attempt.Handler, outcome, reason, wasStuck, duration, attempt.IsDecided, isLeaseLost: false) is { } settlement)
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

    private async ValueTask<(AttemptOutcome Outcome, CancelReason Reason, bool WasStuck, TimeSpan Duration)> CallAsync(
        AttemptSlot slot, object owner, Message message, HandlerRuntime handler, Action<object, CancelReason> stuck)
    {
        if (EventideTelemetry.Wait.Enabled && message.EnqueuedAt is { } enqueuedAt)
        {
            Counters.Wait(Time.GetUtcNow() - enqueuedAt);
        }

        var call = new HandlerCall { HandlerName = handler.Name, Handler = handler, Message = message, Token = slot.Begin(owner, handler.Timeout, stuck) };
        try
        {
            await _worker.RunAsync(call);
        }
        catch (Exception e)
        {
            // The worker catches whatever the handler throws: this is Orleans, unable to bring the call there and back.
            slot.End(out var gaveUp, out var time);
            Logger.EngineFault(message, e);
            return (AttemptOutcome.Of(handler.Name, e), CancelReason.Shutdown, gaveUp, time);
        }

        var reason = slot.End(out var wasStuck, out var duration);
        return (call.Outcome, reason, wasStuck, duration);
    }

    private async ValueTask<Settlement?> ConcludeAsync(
        Message message, HandlerRuntime handler, AttemptOutcome outcome, CancelReason reason, bool wasStuck, TimeSpan duration, bool isGivenUp, bool isLeaseLost)
    {
        if (EventideTelemetry.HandlerDuration.Enabled)
        {
            Counters.Duration(handler.Name, duration);
        }

        if (wasStuck)
        {
            Interlocked.Decrement(ref _stuck);
            Logger.Unstuck(handler.Name, message);
        }

        if (isGivenUp)
        {
            // Stuck, or still running at the end of the drain time.
            if (outcome.Succeeded)
            {
                Memory.Done.Remember(message.Id, true);
            }

            return null;
        }

        var judged = DeliveryDecisions.Judge(outcome, handler, reason);
        var settlement = DeliveryDecisions.Decide(judged, handler.Retry, reason, message.Attempt, Random.Shared.NextDouble());
        if (judged.Succeeded)
        {
            Counters.Succeeded(handler.Name);
            if (isLeaseLost)
            {
                Memory.Done.Remember(message.Id, true);
            }

            if (Hooks.Any)
            {
                await Hooks.SucceededAsync(message, handler.Name, duration);
            }
        }
        else if (reason == CancelReason.LeaseLost)
        {
            await Hooks.FailedAsync(message, judged.Failure!);
        }
        else if (reason != CancelReason.Shutdown)
        {
            Counters.Failed(judged.Failure!);
            RememberFailure(message);
            await Hooks.FailedAsync(message, judged.Failure!);
        }

        return settlement;
    }

    private void RememberFailure(Message message)
    {
        if (!Memory.FirstFailures.TryGet(message.Id, out _))
        {
            Memory.FirstFailures.Remember(message.Id, Time.GetUtcNow());
        }
    }

    /// <summary>A handler goes on long after its token was cancelled: its slot stays taken, its message is no longer kept for it.</summary>
    private void OnStuck(RoutedDelivery delivery, HandlerRuntime handler)
    {
        if (NoteStuck(delivery.Message, handler, delivery.TryEnd) is not { } settlement)
        {
            return;
        }

        if (settlement.Kind == SettlementKind.DeadLetter || _limits.MaxLease is null)
        {
            Settle(delivery, settlement);
        }
        else
        {
            // The lease runs out by itself: nobody else gets the message while this attempt may still be doing something.
            delivery.Forget();
            HoldLane(delivery, Settings.Lease);
        }
    }

    private void OnStuck(DetachedAttempt attempt)
    {
        if (NoteStuck(attempt.Message, attempt.Handler, () => !attempt.IsDecided) is { } settlement)
        {
            attempt.TryDecide(settlement);
        }
    }

    private Settlement? NoteStuck(Message message, HandlerRuntime handler, Func<bool> tryEnd)
    {
        Counters.Stuck(handler.Name);
        Logger.Stuck(handler.Name, Settings.StuckAfter, message);
        if (Interlocked.Increment(ref _stuck) == _slots.Length)
        {
            _stalled = true;
            Logger.Stalled(Name, _slots.Length);
        }

        if (!tryEnd())
        {
            return null;
        }

        var outcome = AttemptOutcome.TimedOut(handler.Name, handler.Timeout);
        Counters.Failed(outcome.Failure!);
        RememberFailure(message);
        Hooks.Post(h => h.FailedAsync(message, outcome.Failure!));
        return outcome.Decide(handler.Retry, message.Attempt, Random.Shared.NextDouble());
    }
}
