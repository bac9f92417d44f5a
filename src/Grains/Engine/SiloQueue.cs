using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>One queue on one silo: its routing table, the partitions received here, and the slots in which its messages are run.
/// Decides nothing that one process would decide otherwise: the rules are Core's, this carries them.</summary>
internal sealed partial class SiloQueue : DeliveryFlow<SiloSlot>, IWatchedWorker, IAsyncDisposable
{
    private readonly QueuePlan _plan;
    private readonly QueueSetup _setup;
    private readonly SiloQueues _silo;
    private readonly DeliveryBook _book = new();
    private readonly ConcurrentDictionary<Partition, bool> _partitions = new();
    private readonly ConcurrentQueue<object> _waiting = new();
    private readonly ConcurrentStack<SiloSlot> _idle = new();
    private readonly Signal _wake = new();
    private readonly SemaphoreSlim _renting = new(1, 1);
    private readonly RuleFailureCallback _ruleFailed;
    private SiloSlot[] _slots = [];
    private LaneSender[] _senders = [];
    private IQueueReceiver? _spare;
    private IQueueSender? _deadLetterSender;
    private ThreadRoom? _room;
    private volatile int _receiving;
    private long _running;
    private int _holding;
    private volatile bool _stopping;
    private volatile bool _abandoning;
    private QueueStats? _backlog;

    public SiloQueue(QueuePlan plan, QueueSetup setup, SiloQueues silo, HookRunner hooks, TimeProvider time, ILogger logger)
        : base(hooks, time, logger)
    {
        _plan = plan;
        _setup = setup;
        _silo = silo;
        _ruleFailed = OnRuleFailed;
    }

    public int Partitions { get; private set; }

    /// <summary>Where the queue is, if by URI.</summary>
    public QueueUri? Uri => _plan.Uri;

    /// <summary>The silo that has the queue's first partition tells how much waits in it.</summary>
    public bool TellsBacklog => _partitions.Keys.Any(p => p.Index == 0);

    public EventideSiloOptions Silo => _silo.Options;

    public SiloAddress Here => _silo.Here;

    public IGrainFactory Grains => _silo.Grains;

    public bool IsStopping => _stopping;

    public WorkerStats Stats
    {
        get
        {
            var running = Volatile.Read(ref _running);
            return Counters.Snapshot(running, Math.Max(0, _partitions.Keys.Sum(p => (long)p.Held) - running), Volatile.Read(ref _backlog));
        }
    }

    public void SetBacklog(QueueStats? backlog) => Volatile.Write(ref _backlog, backlog);

    /// <summary>How many messages one partition may hold: the queue's concurrency and buffer, shared by those received here.</summary>
    public int ShareOfPartition => Math.Max(1, (Settings.Concurrency + Settings.BufferSize!.Value - Stuck) / Math.Max(1, _receiving));

    /// <summary>Messages whose leases this silo holds.</summary>
    public int Held => _partitions.Keys.Sum(p => p.Held);

    /// <summary>Settlements decided here and not yet confirmed by the queue.</summary>
    public int Unsettled => _partitions.Keys.Sum(p => p.Unsettled);

    public long BytesOfPartition => Settings.MaxBufferedBytes / Math.Max(1, _receiving);

    /// <summary>Whether slots are free and nothing waits for them.</summary>
    public bool IsHungry => _waiting.IsEmpty && !_idle.IsEmpty;

    /// <summary>The longest that any handler may run.</summary>
    public TimeSpan LongestTimeout => Handlers.Length == 0 ? TimeSpan.Zero : Handlers.Max(h => h.Timeout);

    public long NextKey() => _silo.NextKey();

    // ---- Opening ---------------------------------------------------------------------------------------------------

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        _spare = await _setup.OpenReceiverAsync(_plan, cancellationToken);
        var limits = _spare.Limits;
        if (!limits.KeepsReleased)
        {
            throw new InvalidOperationException($"{_spare.Name} cannot be read a second time: a silo that stops or dies would lose what it has of it. Use `eventide run`, or a queue or file that keeps its messages.");
        }

        _deadLetterSender = await _setup.OpenDeadLettersAsync(_plan, _spare, cancellationToken);
        var table = _setup.Table(_plan, _spare.Name);
        Open(_spare.Name, limits, _setup.Settings(_plan), table, _setup.Runtimes(table), hasDeadLetterQueue: _deadLetterSender is not null);
        Partitions = limits.MaxLease is null ? 1
            : Silo.QueuePartitions.TryGetValue(_plan.Name ?? Name, out var own) || Silo.QueuePartitions.TryGetValue(Name, out own) ? own
            : Silo.Partitions;
        DeadLetters = new Settler(_spare, _deadLetterSender, null, Counters, Hooks, Time, Logger, _wake.SetIfWaiting, Memory);
        _senders = [.. Enumerable.Range(0, Silo.GroupLanes).Select(lane => new LaneSender(this, lane))];
        _room = ThreadRoom.Reserve(Settings.Concurrency);
        _slots = new SiloSlot[Settings.Concurrency];
        for (var i = _slots.Length - 1; i >= 0; i--)
        {
            _slots[i] = new SiloSlot(new AttemptSlot(Time, Settings.StuckAfter), _silo.NextWorker());
            _idle.Push(_slots[i]);
        }

        LogStart(_deadLetterSender is not null);
    }

    /// <summary>Starts receiving a partition here.</summary>
    public Partition Open(int index)
    {
        var partition = new Partition(this, index);
        _partitions[partition] = true;
        Interlocked.Increment(ref _receiving);
        if (_stopping)
        {
            partition.StopReceiving();
        }
        else
        {
            partition.Start();
        }

        return partition;
    }

    public void OnLeaving()
    {
        Interlocked.Decrement(ref _receiving);
        WakePartitions();
    }

    public void OnClosed(Partition partition) => _partitions.TryRemove(partition, out _);

    /// <summary>Gives a partition a receiver: the one with which the queue was opened, else one more.</summary>
    public async ValueTask<IQueueReceiver> RentReceiverAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _spare, null) is { } spare)
        {
            return spare;
        }

        await _renting.WaitAsync(cancellationToken);
        try
        {
            return await _setup.OpenReceiverAsync(_plan, cancellationToken);
        }
        finally
        {
            _renting.Release();
        }
    }

    public async ValueTask ReturnReceiverAsync(IQueueReceiver receiver)
    {
        if (_stopping || Interlocked.CompareExchange(ref _spare, receiver, null) is not null)
        {
            try
            {
                await receiver.DisposeAsync();
            }
            catch (Exception e)
            {
                Logger.CloseFailed(Name, e);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _room?.Dispose();
        if (_spare is not null)
        {
            await _spare.DisposeAsync();
        }

        if (_deadLetterSender is not null)
        {
            await _deadLetterSender.DisposeAsync();
        }

        _renting.Dispose();
    }

    // ---- Arriving --------------------------------------------------------------------------------------------------

    /// <summary>What a delivery that has just come is: a twin is not run, of one that is done only the acknowledgement is left.</summary>
    public DeliveryBook.Entry Enter(PartitionDelivery delivery) =>
        !Memory.Done.IsEmpty && Memory.Done.TryGet(delivery.Message.Id, out _) ? DeliveryBook.Entry.Done : _book.Enter(delivery);

    /// <summary>The queue knows that these are done, or will not hear of it any more.</summary>
    public void OnAcknowledged(List<Delivery> deliveries) => deliveries.ForEach(_book.Forget);

    public void EndTwins(PartitionDelivery delivery, Settlement settlement)
    {
        foreach (var twin in _book.TakeTwins(delivery, isDone: settlement.Kind == SettlementKind.Acknowledge))
        {
            ((PartitionDelivery)twin).Partition.SettleTwin((PartitionDelivery)twin, settlement);
        }
    }

    /// <summary>Sends a delivery on to its lane, here or on another silo.</summary>
    public void SendToLane(PartitionDelivery delivery) => _senders[StreamNames.LaneOf(delivery.Lane!, _senders.Length)].Add(delivery);

    /// <summary>Whether anything of a lane is here: running, waiting for its turn, or, where the queue does not hold back the rest of a
    /// group by itself, out for another attempt.</summary>
    public bool HasWorkIn(int lane) => Lanes.Any(group => StreamNames.LaneOf(group, _senders.Length) == lane, Limits.Ordering != QueueOrdering.PerGroup);

    /// <summary>Finds a delivery's handlers and takes it.</summary>
    public void Route(RoutedDelivery delivery, MessageDocument document)
    {
        if (delivery is PartitionDelivery local)
        {
            if (!local.IsWaiting)
            {
                return;
            }

            local.Accepted = true;
        }

        document.Load(delivery.Message);
        delivery.Routes = Table.Match(document, delivery.Message, _ruleFailed);
        document.Clear();
        Accept(delivery);
    }

    private void Accept(RoutedDelivery delivery)
    {
        if (_stopping)
        {
            Withdraw(delivery);
            return;
        }

        if (TryEnterLane(delivery))
        {
            Enqueue(delivery);
        }
    }

    /// <summary>Starts what has been accepted.</summary>
    public void WakeSlots()
    {
        for (var waiting = _waiting.Count; waiting > 0 && _idle.TryPop(out var slot); waiting--)
        {
            StartSlot(slot);
        }
    }

    /// <summary>Runs one attempt at a message that the cluster holds, counts and tells it, and decides what follows.</summary>
    public Task<Settlement> RunHeldAsync(Message message, HandlerRuntime handler)
    {
        var attempt = new DetachedAttempt(message, handler);
        if (_stopping)
        {
            attempt.TryDecide(new Settlement(SettlementKind.Release));
        }
        else
        {
            Enqueue(attempt);
            WakeSlots();
        }

        return attempt.Settlement;
    }

    public HandlerRuntime? FindHandler(string name) => Array.Find(Handlers, h => h.Name == name);

    // ---- Other silos -----------------------------------------------------------------------------------------------

    public bool TryTake(long key, SiloAddress taker) => _partitions.Keys.Any(p => p.TryTake(key, taker));

    public bool TrySettle(RemoteSettlement settlement) => _partitions.Keys.Any(p => p.TrySettle(settlement));

    public void OnSiloDeath(SiloAddress silo)
    {
        foreach (var partition in _partitions.Keys)
        {
            partition.ReleaseTaken(silo);
        }
    }

    public void TellLeaseLost(SiloAddress taker, long key) => _silo.TellLeaseLost(taker, key);

    public void OnWithdrawn(PartitionDelivery delivery) => HoldLane(delivery, TimeSpan.Zero);

    // ---- Slots -----------------------------------------------------------------------------------------------------

    /// <summary>Looks at the clock: handlers over their time, settlements that wait for company, messages that got lost.</summary>
    public void Tick()
    {
        var now = Time.GetTimestamp();
        foreach (var slot in _slots)
        {
            slot.Attempt.Tick(now);
        }

        foreach (var partition in _partitions.Keys)
        {
            partition.Kick();
            partition.Sweep(now, _silo.IsDead);
        }

        DeadLetters.Kick();
    }

    private void Enqueue(object work) => _waiting.Enqueue(work);

    private void StartSlot(SiloSlot slot) => ThreadPool.UnsafeQueueUserWorkItem(static start => _ = start.Queue.RunSlotAsync(start.Slot), (Queue: this, Slot: slot), preferLocal: false);

    private async Task RunSlotAsync(SiloSlot slot)
    {
        while (true)
        {
            while (_waiting.TryDequeue(out var work))
            {
                if (work is RoutedDelivery delivery)
                {
                    try
                    {
                        await ProcessAsync(slot, delivery);
                    }
                    catch (Exception e)
                    {
                        Logger.EngineFault(delivery.Message, e);
                        if (delivery.TryWithdraw() || delivery.TryEnd())
                        {
                            GiveBack(delivery, Settings.MaxBackoff, uncounted: false);
                        }
                    }
                }
                else
                {
                    await ProcessAsync(slot, (DetachedAttempt)work);
                }
            }

            // Nothing left: what is done should not wait for company, and the pumps may bring more.
            KickSettlers();
            _idle.Push(slot);
            _wake.SetIfWaiting();
            WakePartitions();
            if (_waiting.IsEmpty || !_idle.TryPop(out var woken))
            {
                return;
            }

            if (!ReferenceEquals(woken, slot))
            {
                StartSlot(woken);
                return;
            }
        }
    }

    private void KickSettlers()
    {
        foreach (var partition in _partitions)
        {
            partition.Key.Kick();
        }

        DeadLetters.Kick();
    }

    private void WakePartitions()
    {
        foreach (var partition in _partitions)
        {
            partition.Key.Wake();
        }
    }

    // ---- Stopping --------------------------------------------------------------------------------------------------

    /// <summary>Leaves the queue: receives no more, gives back what waits, lets handlers finish within the drain time, gives back the rest.</summary>
    public async Task StopAsync(CancellationToken abort)
    {
        _stopping = true;
        var given = 0;
        foreach (var partition in _partitions.Keys)
        {
            given += partition.StopReceiving();
        }

        while (_waiting.TryDequeue(out var work))
        {
            if (work is RoutedDelivery delivery)
            {
                given += Withdraw(delivery) ? 1 : 0;
            }
            else
            {
                ((DetachedAttempt)work).TryDecide(new Settlement(SettlementKind.Release));
            }
        }

        foreach (var parked in Lanes.TakeParked())
        {
            given += Withdraw(parked) ? 1 : 0;
        }

        var running = Volatile.Read(ref _running);
        if (running > 0 || given > 0)
        {
            Logger.Stopping(Name, running, given);
        }

        KickSettlers();
        if (!await DrainedAsync(Settings.DrainTimeout, abort))
        {
            Logger.DrainOver(Name, (int)Volatile.Read(ref _running), Settings.DrainTimeout);
            foreach (var slot in _slots)
            {
                slot.Attempt.Cancel(null, CancelReason.Shutdown);
            }

            // Those that heed their token get a moment to say so; the others' messages go back as they are.
            await DrainedAsync(Settings.LastWord, abort);
        }

        foreach (var partition in _partitions.Keys)
        {
            partition.GiveBackRest();
        }

        _abandoning = true;
        foreach (var slot in _slots)
        {
            if (slot.Call is { } call)
            {
                Abandon(call);
            }
        }

        var patience = abort.IsCancellationRequested ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(10);
        await DeadLetters.DrainAsync(patience);
        await Task.WhenAll(_partitions.Keys.Select(p => p.CloseAsync(patience)));
        var stats = Stats;
        Logger.Stopped(Name, stats.Received, stats.Succeeded, stats.Failed, stats.Retried, stats.DeadLettered);
    }

    // Handlers here, retries on their way to a delivery grain, and messages that other silos' routers have.
    private bool IsDrained => Volatile.Read(ref _running) <= Stuck && Volatile.Read(ref _holding) == 0
        && _partitions.Keys.All(p => !p.HasTaken) && DeadLetters.Unfinished == 0;

    private async Task<bool> DrainedAsync(TimeSpan patience, CancellationToken abort)
    {
        using var timer = new CancellationTokenSource(patience, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(abort, timer.Token);
        while (!IsDrained)
        {
            try
            {
                // Settlements from other silos set no signal: looked at now and then.
                using var look = CancellationTokenSource.CreateLinkedTokenSource(either.Token);
                look.CancelAfter(TimeSpan.FromMilliseconds(50));
                await _wake.WaitAsync(look.Token);
            }
            catch (OperationCanceledException) when (either.IsCancellationRequested)
            {
                return IsDrained;
            }
            catch (OperationCanceledException)
            {
                // Look again.
            }
        }

        return true;
    }
}
