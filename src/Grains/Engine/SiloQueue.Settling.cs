using Microsoft.Extensions.Logging;

namespace Eventide.Orleans;

internal sealed partial class SiloQueue
{
    /// <summary>Sends a dead letter of a message that the cluster holds.</summary>
    /// <returns>Whether it is confirmed.</returns>
    public Task<bool> SendDeadLetterAsync(Message message, HandlerFailure failure, DateTimeOffset firstFailure)
    {
        Memory.FirstFailures.Remember(message.Id, firstFailure);
        return SendDeadLetterAsync(new Delivery(new LeasedMessage(message, null)), failure);
    }

    /// <summary>Counts and tells a retry.</summary>
    public void NoteRetry(Message message, Settlement settlement)
    {
        Counters.Retried(settlement.Failure?.Handler);
        Logger.Retry(settlement.Failure?.Handler, message, settlement.Failure?.Reason ?? "", settlement.Delay, settlement.Failure?.Exception);
        if (settlement.Failure is { } failure)
        {
            Hooks.Post(h => h.RetriedAsync(message, failure, settlement.Delay));
        }
    }

    /// <summary>When a message failed first, as far as this silo knows.</summary>
    public DateTimeOffset FirstFailureOf(Message message) => Memory.FirstFailures.TryGet(message.Id, out var first) ? first : Time.GetUtcNow();

    /// <summary>The handler has returned: settle, unless somebody else has taken that over meanwhile.</summary>
    private void End(RoutedDelivery delivery, Settlement settlement)
    {
        if (delivery.TryEnd())
        {
            Settle(delivery, settlement);
        }

        // After the settlement: a drain that sees no handler running must see what it left behind.
        Interlocked.Decrement(ref _running);
    }

    private void Settle(RoutedDelivery delivery, Settlement settlement)
    {
        switch (settlement.Kind)
        {
            case SettlementKind.Acknowledge:
                delivery.Acknowledge();
                FreeLane(delivery);
                break;
            case SettlementKind.Release when delivery.LeaseLost:
                // Not ours to settle any more.
                delivery.Forget();
                HoldLane(delivery, TimeSpan.Zero);
                break;
            case SettlementKind.Release:
                GiveBack(delivery, settlement.Delay, uncounted: settlement.Failure is null);
                break;
            case SettlementKind.Retry when KeepsRetries(delivery):
                _ = HoldAsync(delivery, settlement);
                break;
            case SettlementKind.Retry:
                RetryByQueue(delivery, settlement);
                break;
            default:
                DeadLetter(delivery, settlement.Failure!);
                break;
        }
    }

    /// <summary>A delivery grain takes a failed delivery over; then the queue's copy is acknowledged. Where it cannot, the queue keeps it.</summary>
    private async Task HoldAsync(RoutedDelivery delivery, Settlement settlement)
    {
        if (await TryHoldAsync(delivery, settlement))
        {
            delivery.Acknowledge();
        }
        else
        {
            RetryByQueue(delivery, settlement);
        }

        KickSettlers();
        _wake.SetIfWaiting();
    }

    private async Task<bool> TryHoldAsync(RoutedDelivery delivery, Settlement settlement)
    {
        var message = delivery.Message;
        Interlocked.Increment(ref _holding);
        try
        {
            await _silo.Deliveries.HoldAsync(Name, message, settlement, FirstFailureOf(message), Time.GetUtcNow() + settlement.Delay);
            NoteRetry(message, settlement);
            Memory.FirstFailures.Forget(message.Id);
            return true;
        }
        catch (Exception e)
        {
            Logger.HoldFailed(message, e);
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _holding);
        }
    }

    private void RetryByQueue(RoutedDelivery delivery, Settlement settlement)
    {
        var message = delivery.Message;
        var delay = settlement.Delay;
        if (delay > _limits.MaxReleaseDelay)
        {
            Logger.Clamped(Name, "a retry delay", delay, _limits.MaxReleaseDelay);
            delay = _limits.MaxReleaseDelay;
        }

        NoteRetry(message, settlement with { Delay = delay });
        delivery.Release(delay, uncounted: false);
        HoldLane(delivery, delay);
    }

    private void DeadLetter(RoutedDelivery delivery, HandlerFailure failure)
    {
        if (!_deadLetters.HasDeadLetterQueue)
        {
            Counters.DeadLetterFailed();
            Logger.DeadLetterFailed(delivery.Message, Settings.MaxBackoff, $"there is no dead-letter queue ({failure.Reason})");
            GiveBack(delivery, Settings.MaxBackoff, uncounted: false);
            return;
        }

        // Send first, then acknowledge. The delivery stays with us, its lease renewed, until the dead letter is confirmed.
        delivery.Keep();
        _deadLetters.SendDeadLetter(delivery, failure, Settings.MaxBackoff, sent =>
        {
            if (sent)
            {
                Settle(delivery, Settlement.Acknowledge);
            }
            else
            {
                GiveBack(delivery, Settings.MaxBackoff, uncounted: false);
            }
        });
    }

    private async Task<bool> SendDeadLetterAsync(Delivery delivery, HandlerFailure failure)
    {
        if (!_deadLetters.HasDeadLetterQueue)
        {
            Counters.DeadLetterFailed();
            Logger.DeadLetterFailed(delivery.Message, Settings.MaxBackoff, "there is no dead-letter queue");
            return false;
        }

        var sent = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _deadLetters.SendDeadLetter(delivery, failure, Settings.MaxBackoff, sent.SetResult);
        _deadLetters.Kick();
        return await sent.Task;
    }

    /// <summary>Gives a delivery back to its queue without its having failed.</summary>
    private void GiveBack(RoutedDelivery delivery, TimeSpan delay, bool uncounted)
    {
        Counters.Released();
        delivery.Release(delay, uncounted);
        HoldLane(delivery, delay);
    }

    private void FreeLane(RoutedDelivery delivery)
    {
        if (delivery.Lane is not null && _lanes.Leave(delivery) is RoutedDelivery following)
        {
            Enqueue(following);
            WakeSlots();
        }
    }

    /// <summary>Keeps the rest of a lane from overtaking a message that has gone back to its queue.</summary>
    private void HoldLane(RoutedDelivery delivery, TimeSpan delay)
    {
        if (delivery.Lane is null)
        {
            return;
        }

        // A queue that keeps the order of its groups holds the rest back by itself, as long as the failed one is out.
        var restDelay = _limits.Ordering == QueueOrdering.PerGroup ? TimeSpan.Zero : delay;
        foreach (var parked in _lanes.Hold(delivery, delay))
        {
            if (parked.TryWithdraw())
            {
                Counters.Released();
                ((RoutedDelivery)parked).Release(restDelay, uncounted: true);
            }
        }
    }
}
