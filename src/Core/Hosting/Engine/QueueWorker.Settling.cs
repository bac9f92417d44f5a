namespace Eventide;

internal sealed partial class QueueWorker
{
    /// <summary>The handler has succeeded at once: the usual case, in which the shared counters are met once a batch.</summary>
    private void EndDone(HandlerSlot slot, Delivery delivery, HandlerRuntime handler)
    {
        Counters.MeterSucceeded(handler.Name);
        if (delivery.Lane is not null || !delivery.TryEnd())
        {
            Counters.CountSucceeded(1);
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

        Counters.CountSucceeded(done.Count);
        _settler.Acknowledge(done);
        Interlocked.Add(ref _outstandingBytes, -bytes);
        Interlocked.Add(ref _outstanding, -done.Count);

        // The pump is woken when it can do something, not for each part of the room that it waits for; a slot that goes idle wakes it in any case.
        if (HasRoom(out _))
        {
            _wake.SetIfWaiting();
        }
    }

    protected override void Acknowledge(Delivery delivery)
    {
        _settler.Acknowledge(delivery);
        EndTwins(delivery, Settlement.Acknowledge);
        Leave(delivery);
    }

    protected override void Release(Delivery delivery, TimeSpan delay, bool uncounted)
    {
        NoteRetry(delay);
        Return(delivery, delay, uncounted);
        EndTwins(delivery, new Settlement(SettlementKind.Release, delay));
        Leave(delivery);
    }

    protected override void Forget(Delivery delivery, TimeSpan lease)
    {
        _keeper?.Drop(delivery);
        EndTwins(delivery, new Settlement(SettlementKind.Release, lease));
        Leave(delivery);
    }

    protected override void Keep(Delivery delivery) => _keeper?.Keep(delivery);

    protected override void Start(Delivery delivery)
    {
        _buffer.Enqueue(delivery);
        WakeSlots(1);
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
                Counters.DeadLetterFailed();
                Logger.Unhandled(delivery.Message, failure.Reason, DeliveryDecisions.Summary(delivery.Message));
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
        if (_book is null)
        {
            return;
        }

        foreach (var twin in _book.TakeTwins(delivery, isDone: settlement.Kind == SettlementKind.Acknowledge))
        {
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
        Counters.LeaseLost();
        if (delivery.TryWithdraw())
        {
            Logger.LeaseLost(delivery.Message, "it is dropped from the buffer");
            Forget(delivery, TimeSpan.Zero);
            HoldLane(delivery, TimeSpan.Zero);
        }
        else if (delivery.Slot is { } slot)
        {
            Logger.LeaseLost(delivery.Message, "its handler is asked to stop");
            slot.Cancel(delivery, CancelReason.LeaseLost);
        }
    }

    // ---- Stopping --------------------------------------------------------------------------------------------------

    private async Task StopAsync(CancellationToken abort)
    {
        var given = 0;
        while (_buffer.TryDequeue(out var delivery))
        {
            given += Withdraw(delivery) ? 1 : 0;
        }

        foreach (var parked in Lanes.TakeParked())
        {
            given += Withdraw(parked) ? 1 : 0;
        }

        var running = Working;
        if (running > 0 || given > 0)
        {
            Logger.Stopping(Name, running, given);
        }

        _settler.Kick();
        if (!await DrainedAsync(Settings.DrainTimeout, abort))
        {
            var late = Working;
            Logger.DrainOver(Name, late, Settings.DrainTimeout);
            foreach (var slot in _slots)
            {
                slot.Cancel(null, CancelReason.Shutdown);
            }

            // Those that heed their token get a moment to say so; the others' messages go back as they are.
            await DrainedAsync(Settings.LastWord, abort);
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

    /// <summary>Waits until no handler runs any more, those stuck excepted.</summary>
    private async Task<bool> DrainedAsync(TimeSpan patience, CancellationToken abort)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(abort);
        using var timer = new CancellationTokenSource(patience, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, timer.Token);
        try
        {
            while (Working > Stuck)
            {
                await _wake.WaitAsync(either.Token);
            }

            return true;
        }
        catch (OperationCanceledException)
        {
            return Working <= Stuck;
        }
    }
}
