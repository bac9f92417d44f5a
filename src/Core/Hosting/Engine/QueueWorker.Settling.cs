namespace Eventide;

internal sealed partial class QueueWorker
{
    /// <summary>The handler has returned: settle, unless somebody else has taken that over meanwhile.</summary>
    private void End(Delivery delivery, Settlement settlement)
    {
        delivery.IsDone = settlement.Kind == SettlementKind.Acknowledge;
        if (delivery.TryEnd())
        {
            Settle(delivery, settlement);
        }
    }

    /// <summary>The handler has succeeded at once: the usual case, in which the shared counters are met once a batch.</summary>
    private void EndDone(HandlerSlot slot, Delivery delivery, HandlerRuntime handler)
    {
        _counters.MeterSucceeded(handler.Name);
        if (delivery.Lane is not null || !delivery.TryEnd())
        {
            _counters.CountSucceeded(1);
            End(delivery, Settlement.Acknowledge);
            return;
        }

        delivery.IsDone = true;
        EndTwins(delivery, Settlement.Acknowledge);
        if (slot.AddDone(delivery))
        {
            FlushDone(slot);
        }
    }

    /// <summary>Hands on what a slot has done since it was last asked.</summary>
    private void FlushDone(HandlerSlot slot)
    {
        if (slot.TakeDone() is not { } done)
        {
            return;
        }

        long bytes = 0;
        foreach (var delivery in done)
        {
            bytes += delivery.Message.Body.Length;
        }

        _counters.CountSucceeded(done.Count);
        _settler.Acknowledge(done);
        Interlocked.Add(ref _outstandingBytes, -bytes);
        Interlocked.Add(ref _outstanding, -done.Count);
        _wake.SetIfWaiting();
    }

    /// <summary>Hands a decision to the settler, and lets go on what waited for it.</summary>
    private void Settle(Delivery delivery, Settlement settlement)
    {
        switch (settlement.Kind)
        {
            case SettlementKind.Acknowledge:
                delivery.IsDone = true;
                _settler.Acknowledge(delivery);
                EndTwins(delivery, settlement);
                FreeLane(delivery);
                Leave(delivery);
                break;
            case SettlementKind.Release when delivery.LeaseLost:
                // Not ours to settle any more. A twin is a later delivery, and is.
                EndTwins(delivery, settlement);
                HoldLane(delivery, TimeSpan.Zero);
                Leave(delivery);
                break;
            case SettlementKind.Release:
                GiveBack(delivery, settlement.Delay, uncounted: settlement.Failure is null);
                break;
            case SettlementKind.Retry:
                Retry(delivery, settlement);
                break;
            default:
                DeadLetter(delivery, settlement.Failure!);
                break;
        }
    }

    private void Retry(Delivery delivery, Settlement settlement)
    {
        var message = delivery.Message;
        var delay = settlement.Delay;
        var max = _receiver.Limits.MaxReleaseDelay;
        if (delay > max)
        {
            _logger.Clamped(Name, "a retry delay", delay, max);
            delay = max;
        }

        _counters.Retried(settlement.Failure?.Handler);
        _logger.Retry(settlement.Failure?.Handler, message, settlement.Failure?.Reason ?? "", delay, settlement.Failure?.Exception);
        if (settlement.Failure is { } failure)
        {
            _hooks.Post(h => h.RetriedAsync(message, failure, delay));
        }

        NoteRetry(delay);
        Return(delivery, delay, uncounted: false);
        EndTwins(delivery, settlement);
        HoldLane(delivery, delay);
        Leave(delivery);
    }

    private void DeadLetter(Delivery delivery, HandlerFailure failure)
    {
        if (!_settler.HasDeadLetterQueue)
        {
            _counters.DeadLetterFailed();
            _logger.DeadLetterFailed(delivery.Message, Settings.MaxBackoff, $"there is no dead-letter queue ({failure.Reason})");
            GiveBack(delivery, Settings.MaxBackoff, uncounted: false);
            return;
        }

        // Send first, then acknowledge. The delivery stays with us, its lease renewed, until the dead letter is confirmed.
        _keeper?.Keep(delivery);
        _settler.SendDeadLetter(delivery, failure, Settings.MaxBackoff, sent =>
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

    /// <summary>Gives a delivery back to its queue without its having failed.</summary>
    private void GiveBack(Delivery delivery, TimeSpan delay, bool uncounted)
    {
        _counters.Released();
        NoteRetry(delay);
        Return(delivery, delay, uncounted);
        EndTwins(delivery, new Settlement(SettlementKind.Release, delay));
        HoldLane(delivery, delay);
        Leave(delivery);
    }

    /// <summary>Hands a release to the settler; where the queue forgets what was released, it is remembered here.</summary>
    private void Return(Delivery delivery, TimeSpan delay, bool uncounted)
    {
        if (_away is not null)
        {
            _away[delivery.Message.Id] = delivery;
        }

        _settler.Release(delivery, delay, uncounted);
    }

    /// <summary>Saves what would be gone with this process: it was read from what cannot be read again, and is not handled.</summary>
    private void SaveUnhandled()
    {
        if (_away is null)
        {
            return;
        }

        foreach (var delivery in _away.Values)
        {
            var failure = new HandlerFailure(null, HandlerFailureKind.Stopped, $"the worker stopped before it was handled, and {Name} cannot be read again");
            if (_settler.HasDeadLetterQueue)
            {
                _settler.SendDeadLetter(delivery, failure, TimeSpan.Zero, _ => { });
            }
            else
            {
                _counters.DeadLetterFailed();
                _logger.Unhandled(delivery.Message, failure.Reason, DeliveryDecisions.Summary(delivery.Message));
            }
        }

        _away.Clear();
    }

    // A worker that ends when its queue is empty waits for those that come back.
    private void NoteRetry(TimeSpan delay)
    {
        var due = (Time.GetUtcNow() + delay).UtcTicks;
        long known;
        while (due > (known = Volatile.Read(ref _latestRetry)) && Interlocked.CompareExchange(ref _latestRetry, due, known) != known)
        {
        }
    }

    /// <summary>Later deliveries of the same message share the fate of the one that was here.</summary>
    private void EndTwins(Delivery delivery, Settlement settlement)
    {
        if (_byId is null)
        {
            return;
        }

        Delivery? twin;
        lock (delivery)
        {
            twin = delivery.Twin;
            delivery.Twin = null;
        }

        if (settlement.Kind != SettlementKind.Acknowledge)
        {
            // One that is done stays known until its acknowledgement is confirmed: should it come again before, it is not run again.
            Forget(delivery);
        }

        for (; twin is not null; twin = twin.Twin)
        {
            if (!twin.TryWithdraw())
            {
                continue;
            }

            if (settlement.Kind == SettlementKind.Acknowledge)
            {
                _settler.Acknowledge(twin);
            }
            else
            {
                _settler.Release(twin, settlement.Delay, uncounted: true);
            }

            Leave(twin);
        }
    }

    private void OnAcknowledged(List<Delivery> deliveries)
    {
        if (_byId is not null)
        {
            deliveries.ForEach(Forget);
        }
    }

    private void Forget(Delivery delivery) => _byId!.TryRemove(new KeyValuePair<string, Delivery>(delivery.Message.Id, delivery));

    private void FreeLane(Delivery delivery)
    {
        if (delivery.Lane is not null && _lanes.Leave(delivery) is { } following)
        {
            _buffer.Enqueue(following);
            WakeSlots(1);
        }
    }

    /// <summary>Keeps the rest of a lane from overtaking a message that has gone back to its queue.</summary>
    private void HoldLane(Delivery delivery, TimeSpan delay)
    {
        if (delivery.Lane is null)
        {
            return;
        }

        // A queue that keeps the order of its groups holds the rest back by itself, as long as the failed one is out.
        var restDelay = _receiver.Limits.Ordering == QueueOrdering.PerGroup ? TimeSpan.Zero : delay;
        foreach (var parked in _lanes.Hold(delivery, delay))
        {
            if (parked.TryWithdraw())
            {
                _counters.Released();
                Return(parked, restDelay, uncounted: true);
                EndTwins(parked, new Settlement(SettlementKind.Release, restDelay));
                Leave(parked);
            }
        }
    }

    private void Leave(Delivery delivery)
    {
        Interlocked.Add(ref _outstandingBytes, -delivery.Message.Body.Length);
        Interlocked.Decrement(ref _outstanding);
        _wake.SetIfWaiting();
    }

    /// <summary>The queue has taken a delivery away: nothing more is done with it, and a handler at it is stopped.</summary>
    private void OnLeaseLost(Delivery delivery)
    {
        delivery.LeaseLost = true;
        _counters.LeaseLost();
        if (delivery.TryWithdraw())
        {
            _logger.LeaseLost(delivery.Message, "it is dropped from the buffer");
            EndTwins(delivery, new Settlement(SettlementKind.Release));
            HoldLane(delivery, TimeSpan.Zero);
            Leave(delivery);
        }
        else if (delivery.Slot is { } slot)
        {
            _logger.LeaseLost(delivery.Message, "its handler is asked to stop");
            slot.Cancel(delivery, CancelReason.LeaseLost);
        }
    }

    // ---- Stopping --------------------------------------------------------------------------------------------------

    private async Task StopAsync(CancellationToken abort)
    {
        var given = 0;
        while (_buffer.TryDequeue(out var delivery))
        {
            given += Withdraw(delivery);
        }

        foreach (var parked in _lanes.TakeParked())
        {
            given += Withdraw(parked);
        }

        var running = Working;
        if (running > 0 || given > 0)
        {
            _logger.Stopping(Name, running, given);
        }

        _settler.Kick();
        if (!await DrainedAsync(Settings.DrainTimeout, abort))
        {
            var late = Working;
            _logger.DrainOver(Name, late, Settings.DrainTimeout);
            foreach (var slot in _slots)
            {
                slot.Cancel(null, CancelReason.Shutdown);
            }

            // Those that heed their token get a moment to say so; the others' messages go back as they are.
            await DrainedAsync(Min(Settings.StuckAfter, TimeSpan.FromSeconds(5)), abort);
            foreach (var slot in _slots)
            {
                FlushDone(slot);
                if (slot.Current is { } delivery && delivery.TryEnd())
                {
                    GiveBack(delivery, TimeSpan.Zero, uncounted: true);
                }
            }
        }

        SaveUnhandled();
        await _settler.DrainAsync(abort.IsCancellationRequested ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(10));
    }

    private int Withdraw(Delivery delivery)
    {
        if (!delivery.TryWithdraw())
        {
            return 0;
        }

        GiveBack(delivery, TimeSpan.Zero, uncounted: true);
        return 1;
    }

    /// <summary>Waits until no handler runs any more, those stuck excepted.</summary>
    private async Task<bool> DrainedAsync(TimeSpan patience, CancellationToken abort)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(abort);
        using var timer = new CancellationTokenSource(patience, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, timer.Token);
        try
        {
            while (Working > Volatile.Read(ref _stuck))
            {
                await _wake.WaitAsync(either.Token);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return Working <= Volatile.Read(ref _stuck);
        }
    }
}
