using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>One receiver of a queue on this silo: receives as there is room, keeps the leases of what it has received wherever that
/// is routed to, and carries out its settlements. It outlives its partition's stay on the silo until all it holds is settled.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A source without a timer and a semaphore without a wait handle hold nothing; late callers must not throw.")]
internal sealed class Partition
{
    private readonly SiloQueue _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<long, PartitionDelivery> _held = new();
    private readonly ConcurrentQueue<PartitionDelivery> _arrived = new();
    private readonly SemaphoreSlim _arrival = new(0, 1);
    private readonly Signal _wake = new();
    private readonly LaneKey? _orderBy;
    private readonly string _stream;
    private readonly Lock _lock = new();
    private IQueueReceiver? _receiver;
    private LeaseKeeper? _keeper;
    private Settler? _settler;
    private Task _pump = Task.CompletedTask;
    private Task? _leaving;
    private long _heldBytes;
    private long _oldestSweep;

    public Partition(SiloQueue queue, int index)
    {
        _queue = queue;
        Index = index;
        _stream = StreamNames.OfPartition(queue.Name, index, queue.Here);
        _orderBy = queue.Settings.OrderBy is { } expression ? new LaneKey(expression) : null;
    }

    public int Index { get; }

    /// <summary>Messages whose leases it holds.</summary>
    public int Held => _held.Count;

    /// <summary>Settlements decided and not yet confirmed.</summary>
    public int Unsettled => _settler?.Unfinished ?? 0;

    /// <summary>Messages received and not yet taken by the stream's agent.</summary>
    public int Arrived => _arrived.Count;

    public void Start()
    {
        _queue.Logger.PartitionTaken(_queue.Name, Index);
        _pump = Task.Run(() => PumpAsync(_stop.Token));
    }

    /// <summary>Waits a moment for messages that have arrived, and takes them.</summary>
    /// <returns>The messages, or null where none came.</returns>
    public async Task<PartitionBatch?> TakeArrivedAsync(int max, TimeSpan patience)
    {
        if (_arrived.IsEmpty && !_stop.IsCancellationRequested)
        {
            // The outcome is read off the queue: the end of the patience is no error.
            await _arrival.WaitAsync(patience);
        }

        PartitionBatch? batch = null;
        for (var taken = 0; taken < max && _arrived.TryDequeue(out var delivery); taken++)
        {
            batch ??= new PartitionBatch(_stream, _queue.Name, _queue.Here);
            batch.Add(delivery);
        }

        return batch;
    }

    /// <summary>Stops receiving; what no router has yet goes back at once.</summary>
    /// <returns>How many were given back.</returns>
    public int StopReceiving()
    {
        _stop.Cancel();
        var released = 0;
        foreach (var delivery in _held.Values)
        {
            if (!delivery.HandedOut)
            {
                released += Withdraw(delivery) ? 1 : 0;
            }
        }

        _settler?.Kick();
        return released;
    }

    /// <summary>Leaves the partition to another silo. The receiver stays open until what it has handed out is settled.</summary>
    public Task LeaveAsync()
    {
        lock (_lock)
        {
            if (_leaving is null)
            {
                var released = StopReceiving();
                _queue.Logger.PartitionLeft(_queue.Name, Index, released, Held);
                _queue.OnLeaving();
                _leaving = Task.Run(CloseWhenSettledAsync);
            }

            return Task.CompletedTask;
        }
    }

    /// <summary>Closes the receiver, settled or not.</summary>
    public async Task CloseAsync(TimeSpan patience)
    {
        await _stop.CancelAsync();
        await _pump;
        if (_settler is { } settler)
        {
            await settler.DrainAsync(patience);
        }

        await DisposeAsync();
    }

    /// <summary>Gives back what is here although its agent took it to no router, and what a dead silo's router had.</summary>
    public void Sweep(long now, Func<SiloAddress, bool> isDead)
    {
        if (_queue.Time.GetElapsedTime(Volatile.Read(ref _oldestSweep), now) < TimeSpan.FromSeconds(1))
        {
            return;
        }

        Volatile.Write(ref _oldestSweep, now);
        var stranded = 0;
        foreach (var delivery in _held.Values)
        {
            if (delivery.TakenBy is { } taker)
            {
                if (isDead(taker))
                {
                    ReleaseTaken(taker);
                }
            }
            else if (!delivery.Accepted && delivery.State == Delivery.Stage.Buffered && _queue.Time.GetElapsedTime(delivery.ReceivedAt, now) > _queue.Silo.StrandedAfter)
            {
                stranded += Withdraw(delivery) ? 1 : 0;
            }
        }

        if (stranded > 0)
        {
            _queue.Logger.Stranded(_queue.Name, stranded, _queue.Silo.StrandedAfter);
        }
    }

    /// <summary>Gives back what another silo's router had, that silo being dead.</summary>
    public void ReleaseTaken(SiloAddress taker)
    {
        var count = 0;
        foreach (var delivery in _held.Values)
        {
            if (taker.Equals(delivery.TakenBy) && delivery.TryEnd())
            {
                _queue.Counters.Released();
                Release(delivery, TimeSpan.Zero, uncounted: false);
                count++;
            }
        }

        if (count > 0)
        {
            _queue.Logger.TakerDead(taker, count, _queue.Name);
        }
    }

    /// <summary>Another silo's router has a delivery: it may run it, unless it was given back before.</summary>
    public bool TryTake(long key, SiloAddress taker)
    {
        if (!_held.TryGetValue(key, out var delivery) || !delivery.TryStart())
        {
            return false;
        }

        delivery.TakenBy = taker;
        return true;
    }

    /// <summary>Carries out another silo's settlement.</summary>
    public bool TrySettle(RemoteSettlement settlement)
    {
        if (!_held.TryGetValue(settlement.Key, out var delivery) || !delivery.TryEnd())
        {
            return false;
        }

        switch (settlement.Kind)
        {
            case RemoteSettlementKind.Acknowledge:
                Acknowledge(delivery);
                break;
            case RemoteSettlementKind.Release:
                Release(delivery, settlement.Delay, settlement.Uncounted);
                break;
            default:
                Forget(delivery);
                break;
        }

        _settler!.Kick();
        return true;
    }

    /// <summary>Takes a delivery from wherever it waits and gives it back.</summary>
    public bool Withdraw(PartitionDelivery delivery)
    {
        if (!delivery.TryWithdraw())
        {
            return false;
        }

        _queue.Counters.Released();
        Release(delivery, TimeSpan.Zero, uncounted: true);
        return true;
    }

    /// <summary>Whether another silo's router has any of it.</summary>
    public bool HasTaken => _held.Values.Any(d => d.TakenBy is not null && d.State == Delivery.Stage.Running);

    /// <summary>At the end of the drain time: gives back all that is left, but for what another silo is running. That comes again
    /// when its lease ends, unless its settlement is faster.</summary>
    public void GiveBackRest()
    {
        foreach (var delivery in _held.Values)
        {
            if (delivery.TakenBy is null && !Withdraw(delivery) && delivery.TryEnd())
            {
                _queue.Counters.Released();
                Release(delivery, TimeSpan.Zero, uncounted: true);
            }
        }
    }

    public void Acknowledge(PartitionDelivery delivery)
    {
        delivery.IsDone = true;
        _settler!.Acknowledge(delivery);
        _queue.EndTwins(delivery, Settlement.Acknowledge);
        Leave(delivery);
    }

    public void Release(PartitionDelivery delivery, TimeSpan delay, bool uncounted)
    {
        if (!delivery.LeaseLost)
        {
            _settler!.Release(delivery, delay, uncounted);
        }

        _queue.EndTwins(delivery, new Settlement(SettlementKind.Release, delay));
        Leave(delivery);
    }

    public void Forget(PartitionDelivery delivery)
    {
        _keeper?.Drop(delivery);
        _queue.EndTwins(delivery, new Settlement(SettlementKind.Release));
        Leave(delivery);
    }

    public void Keep(PartitionDelivery delivery) => _keeper?.Keep(delivery);

    /// <summary>A later delivery of a message is settled like the earlier one that was here.</summary>
    public void SettleTwin(PartitionDelivery twin, Settlement settlement)
    {
        if (settlement.Kind == SettlementKind.Acknowledge)
        {
            _settler!.Acknowledge(twin);
        }
        else
        {
            _settler!.Release(twin, settlement.Delay, uncounted: true);
        }

        Leave(twin);
    }

    public void Kick() => _settler?.Kick();

    private void Leave(PartitionDelivery delivery)
    {
        if (delivery.TryLeave())
        {
            _held.TryRemove(delivery.Key, out _);
            Interlocked.Add(ref _heldBytes, -delivery.Message.Body.Length);
            _wake.SetIfWaiting();
        }
    }

    // ---- Receiving -------------------------------------------------------------------------------------------------

    private async Task PumpAsync(CancellationToken stop)
    {
        var failures = 0;
        IdlePause? pause = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (_receiver is null)
                {
                    await OpenAsync(stop);
                    pause = new IdlePause(_receiver!.Limits);
                }

                var ask = await WaitForRoomAsync(_receiver.Limits, stop);
                var batch = await _receiver.ReceiveAsync(new ReceiveRequest(ask, _receiver.Limits.MaxWait, _queue.Settings.Lease), stop);
                if (failures > 0)
                {
                    _queue.Logger.ReceiveRecovered(_queue.Name, failures);
                    failures = 0;
                }

                if (batch.Messages.Count > 0)
                {
                    pause!.Reset();
                    Accept(batch.Messages);
                }
                else if (batch.IsLast)
                {
                    // Only what is here now can come again: wait until some of it is settled.
                    await _wake.WaitAsync(stop);
                }
                else
                {
                    await pause!.WaitAsync(_queue.Time, stop);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                failures++;
                var backoff = Backoff.OfReceives.After(failures);
                _queue.Logger.ReceiveFailed(_queue.Name, failures, backoff, e.Message, e);
                await Task.Delay(backoff, _queue.Time, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }
    }

    private async Task OpenAsync(CancellationToken stop)
    {
        var receiver = await _queue.RentReceiverAsync(stop);
        _keeper = receiver.Limits.MaxLease is null ? null : new LeaseKeeper(receiver, _queue.Settings.Lease, _queue.Time, OnLeaseLost, _queue.Logger);
        _settler = new Settler(receiver, null, _keeper, _queue.Counters, _queue.Hooks, _queue.Time, _queue.Logger, _wake.Set, _queue.Memory, _queue.OnAcknowledged);
        _receiver = receiver;
    }

    private async ValueTask<int> WaitForRoomAsync(QueueLimits limits, CancellationToken stop)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            var share = _queue.ShareOfPartition;
            var held = _held.Count;
            var room = share - held;
            if (room >= Math.Min(limits.MaxReceiveBatch, Math.Max(1, share / 2)) || (room > 0 && _queue.IsHungry))
            {
                if ((held == 0 || Volatile.Read(ref _heldBytes) < _queue.BytesOfPartition) && Unsettled <= Math.Max(1000, 4 * share))
                {
                    return Math.Min(room, limits.MaxReceiveBatch);
                }
            }

            await _wake.WaitAsync(stop);
        }
    }

    /// <summary>Looks again whether there is room.</summary>
    public void Wake() => _wake.SetIfWaiting();

    private void Accept(IReadOnlyList<LeasedMessage> messages)
    {
        _queue.Counters.Received(messages.Count);
        var deliveries = new PartitionDelivery[messages.Count];
        long bytes = 0;
        for (var i = 0; i < deliveries.Length; i++)
        {
            deliveries[i] = new PartitionDelivery(messages[i], this, _queue.NextKey());
            deliveries[i].ReceivedAt = _queue.Time.GetTimestamp();
            bytes += messages[i].Message.Body.Length;
            _held[deliveries[i].Key] = deliveries[i];
        }

        Interlocked.Add(ref _heldBytes, bytes);
        _keeper?.Keep(deliveries);
        foreach (var delivery in deliveries)
        {
            // Where nothing is leased, nothing comes twice.
            var entry = _keeper is null ? DeliveryBook.Entry.New : _queue.Enter(delivery);
            if (entry == DeliveryBook.Entry.Done)
            {
                // Done here before, and not acknowledged: only that is left.
                delivery.TryWithdraw();
                _settler!.Acknowledge(delivery);
                Leave(delivery);
            }
            else if (entry == DeliveryBook.Entry.New)
            {
                delivery.Lane = _orderBy is null ? delivery.Message.Group : _orderBy.Of(delivery.Message);
                _arrived.Enqueue(delivery);
            }
        }

        if (_arrival.CurrentCount == 0)
        {
            try
            {
                _arrival.Release();
            }
            catch (SemaphoreFullException)
            {
                // Released by another in between: the agent is awake.
            }
        }
    }

    private void OnLeaseLost(Delivery lost)
    {
        var delivery = (PartitionDelivery)lost;
        delivery.LeaseLost = true;
        _queue.Counters.LeaseLost();
        if (delivery.TakenBy is { } taker)
        {
            _queue.Logger.LeaseLost(delivery.Message, "the silo that runs its handler is told");
            _queue.TellLeaseLost(taker, delivery.Key);
            if (delivery.TryEnd())
            {
                Forget(delivery);
            }
        }
        else if (delivery.TryWithdraw())
        {
            _queue.Logger.LeaseLost(delivery.Message, "it is dropped from the buffer");
            _queue.OnWithdrawn(delivery);
            Forget(delivery);
        }
        else if (delivery.Attempt is { } slot)
        {
            _queue.Logger.LeaseLost(delivery.Message, "its handler is asked to stop");
            slot.Cancel(delivery, CancelReason.LeaseLost);
        }
    }

    private async Task CloseWhenSettledAsync()
    {
        await _pump;
        while (Held > 0 || Unsettled > 0)
        {
            _settler?.Kick();
            await _wake.WaitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(1)).ContinueWith(static _ => { }, TaskScheduler.Default);
        }

        await DisposeAsync();
    }

    private async Task DisposeAsync()
    {
        if (_keeper is not null)
        {
            await _keeper.DisposeAsync();
        }

        if (Interlocked.Exchange(ref _receiver, null) is { } receiver)
        {
            await _queue.ReturnReceiverAsync(receiver);
        }

        _queue.OnClosed(this);
    }
}
