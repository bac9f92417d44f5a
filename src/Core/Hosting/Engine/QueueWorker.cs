using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Eventide;

/// <summary>The one-process engine of one queue: receives what free slots can start and a bounded buffer beyond, routes, runs and
/// settles each message, renews leases, and stops without losing anything.</summary>
internal sealed partial class QueueWorker : DeliveryFlow<HandlerSlot>, IWatchedWorker, IAsyncDisposable
{
    private static readonly TimeSpan SettleInterval = TimeSpan.FromMilliseconds(20);

    private readonly IQueueReceiver _receiver;
    private readonly IQueueSender? _deadLetters;
    private readonly Settler _settler;
    private readonly LeaseKeeper? _keeper;
    private readonly LaneKey? _orderBy;
    private readonly HandlerSlot[] _slots;
    private readonly ConcurrentStack<HandlerSlot> _idle = new();
    private readonly ConcurrentQueue<Delivery> _buffer = new();
    private readonly DeliveryBook? _book;
    private readonly ConcurrentDictionary<string, Delivery>? _away;
    private readonly Signal _wake = new();
    private readonly RuleFailureCallback _ruleFailed;
    private readonly bool _timed;
    private readonly int _capacity;
    private readonly int _worthwhile;
    private long _outstanding;
    private long _outstandingBytes;
    private long _latestRetry;
    private QueueStats? _backlog;

    public QueueWorker(
        IQueueReceiver receiver,
        IQueueSender? deadLetters,
        RoutingTable table,
        IReadOnlyList<HandlerRuntime> handlers,
        QueueSettings settings,
        HookRunner hooks,
        TimeProvider time,
        ILogger logger)
        : base(hooks, time, logger)
    {
        _receiver = receiver;
        _deadLetters = deadLetters;
        _orderBy = settings.OrderBy is null ? null : new LaneKey(settings.OrderBy);
        _ruleFailed = OnRuleFailed;
        Open(receiver.Name, receiver.Limits, settings, table, handlers, hasDeadLetterQueue: deadLetters is not null);

        if (!receiver.Limits.KeepsReleased)
        {
            _away = new ConcurrentDictionary<string, Delivery>(StringComparer.Ordinal);
        }

        if (receiver.Limits.MaxLease is not null)
        {
            _keeper = new LeaseKeeper(receiver, Settings.Lease, time, OnLeaseLost, logger);
            _book = new DeliveryBook();
        }

        DeadLetters = _settler = new Settler(
            receiver, deadLetters, _keeper, Counters, hooks, time, logger, _wake.Set, Memory, acknowledged: _book is null ? null : done => done.ForEach(_book.Forget));
        _slots = new HandlerSlot[Settings.Concurrency];
        for (var i = _slots.Length - 1; i >= 0; i--)
        {
            _slots[i] = new HandlerSlot(this);
            _idle.Push(_slots[i]);
        }

        _timed = hooks.Any;
        _capacity = Settings.Concurrency + Settings.BufferSize!.Value;
        _worthwhile = Math.Min(receiver.Limits.MaxReceiveBatch, Math.Max(1, _capacity / 2));
    }

    public WorkerStats Stats
    {
        get
        {
            var working = Working;
            return Counters.Snapshot(working, Math.Max(0, Volatile.Read(ref _outstanding) - working), Volatile.Read(ref _backlog));
        }
    }

    /// <summary>How many slots are at a delivery.</summary>
    private int Working
    {
        get
        {
            var working = 0;
            foreach (var slot in _slots)
            {
                working += slot.IsWorking ? 1 : 0;
            }

            return working;
        }
    }

    public void SetBacklog(QueueStats? backlog) => Volatile.Write(ref _backlog, backlog);

    /// <summary>Works until told to stop, or until the queue has come to its end.</summary>
    /// <param name="stop">Stops receiving, lets handlers finish within the drain time, gives back the rest.</param>
    /// <param name="abort">Ends the drain time.</param>
    public async Task RunAsync(CancellationToken stop, CancellationToken abort)
    {
        LogStart(_settler.HasDeadLetterQueue);
        using var room = ThreadRoom.Reserve(Settings.Concurrency);
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using (_stop = stopping)
        {
            await using var clock = Time.CreateTimer(static worker => ((QueueWorker)worker!).Tick(), this, SettleInterval, SettleInterval);
            try
            {
                await PumpAsync(stopping.Token);
            }
            finally
            {
                await StopAsync(abort);
            }
        }

        _stop = null;
        var stats = Stats;
        Logger.Stopped(Name, stats.Received, stats.Succeeded, stats.Failed, stats.Retried, stats.DeadLettered);
    }

    public async ValueTask DisposeAsync()
    {
        if (_keeper is not null)
        {
            await _keeper.DisposeAsync();
        }

        await _receiver.DisposeAsync();
        if (_deadLetters is not null)
        {
            await _deadLetters.DisposeAsync();
        }
    }

    /// <summary>Runs a slot until there is nothing to take.</summary>
    public async Task RunSlotAsync(HandlerSlot slot)
    {
        while (true)
        {
            while (_buffer.TryDequeue(out var delivery))
            {
                slot.IsWorking = true;
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
                finally
                {
                    slot.IsWorking = false;
                }
            }

            // Nothing left: what is done should not wait for company, and the pump may bring more.
            FlushDone(slot);
            _settler.Kick();
            _idle.Push(slot);
            _wake.Set();
            if (_buffer.IsEmpty || !_idle.TryPop(out var woken))
            {
                return;
            }

            if (!ReferenceEquals(woken, slot))
            {
                ThreadPool.UnsafeQueueUserWorkItem(woken, preferLocal: false);
                return;
            }
        }
    }

    /// <summary>A slot has found its handler stuck.</summary>
    public void OnStuck(Delivery delivery, CancelReason reason) => OnStuck(delivery, delivery.Handler!, reason);

    private CancellationTokenSource? _stop;

    protected override void OnStalled()
    {
        try
        {
            _stop?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The worker has stopped already.
        }
    }

    private void Tick()
    {
        var now = Time.GetTimestamp();
        foreach (var slot in _slots)
        {
            slot.Tick(now);
            FlushDone(slot);
        }

        // Acknowledgements wait for company, but never longer than this clock.
        _settler.Kick();
    }

    // ---- Receiving -------------------------------------------------------------------------------------------------

    private async Task PumpAsync(CancellationToken stop)
    {
        var failures = 0;
        var everWorked = false;
        var pause = new IdlePause(_receiver.Limits);
        while (!stop.IsCancellationRequested)
        {
            int ask;
            try
            {
                ask = await WaitForRoomAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }

            ReceivedBatch batch;
            try
            {
                var quiet = IsQuiet;
                var wait = Settings.UntilEmpty ? Min(TimeSpan.FromSeconds(1), _receiver.Limits.MaxWait) : _receiver.Limits.MaxWait;
                batch = await _receiver.ReceiveAsync(new ReceiveRequest(ask, wait, Settings.Lease), stop);
                if (failures > 0)
                {
                    Logger.ReceiveRecovered(Name, failures);
                    failures = 0;
                }

                everWorked = true;
                if (batch.Messages.Count > 0)
                {
                    pause.Reset();
                    Accept(batch.Messages);
                    continue;
                }

                if (quiet && IsQuiet && (batch.IsLast || (Settings.UntilEmpty && Time.GetUtcNow().UtcTicks >= Volatile.Read(ref _latestRetry))))
                {
                    return;
                }

                if (batch.IsLast)
                {
                    // Only what is here now can come again: wait until some of it is settled.
                    await _wake.WaitAsync(stop);
                }
                else
                {
                    await pause.WaitAsync(Time, stop);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                if (!everWorked && e is QueueException { IsTransient: false } or FormatException)
                {
                    throw;
                }

                failures++;
                var backoff = Backoff.OfReceives.After(failures);
                Logger.ReceiveFailed(Name, failures, backoff, e.Message, e);
                await Task.Delay(backoff, Time, stop).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }
    }

    /// <summary>Nothing is here, nothing is on its way back.</summary>
    private bool IsQuiet => Volatile.Read(ref _outstanding) == 0 && _settler.Unfinished == 0;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <summary>Waits until a receive is worth its while.</summary>
    private async ValueTask<int> WaitForRoomAsync(CancellationToken stop)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            if (HasRoom(out var room))
            {
                return Math.Min(room, _receiver.Limits.MaxReceiveBatch);
            }

            await _wake.WaitAsync(stop);
        }
    }

    /// <summary>Whether a receive is worth its while: a slot is idle, or there is room for a whole batch.</summary>
    private bool HasRoom(out int room)
    {
        var here = Volatile.Read(ref _outstanding);
        room = _capacity - Stuck - (int)here;
        return room > 0
            && (room >= _worthwhile || (_buffer.IsEmpty && !_idle.IsEmpty))
            && (here == 0 || Volatile.Read(ref _outstandingBytes) < Settings.MaxBufferedBytes)
            && _settler.Unfinished <= Math.Max(1000, 4 * _capacity);
    }

    private void Accept(IReadOnlyList<LeasedMessage> messages)
    {
        Counters.Received(messages.Count);
        long bytes = 0;
        var ready = 0;
        if (_keeper is null)
        {
            for (var i = 0; i < messages.Count; i++)
            {
                bytes += messages[i].Message.Body.Length;
                if (_away is { IsEmpty: false })
                {
                    _away.TryRemove(messages[i].Message.Id, out _);
                }
            }

            Interlocked.Add(ref _outstanding, messages.Count);
            Interlocked.Add(ref _outstandingBytes, bytes);
            for (var i = 0; i < messages.Count; i++)
            {
                ready += Admit(new Delivery(messages[i])) ? 1 : 0;
            }
        }
        else
        {
            var deliveries = new Delivery[messages.Count];
            for (var i = 0; i < deliveries.Length; i++)
            {
                deliveries[i] = new Delivery(messages[i]);
                bytes += messages[i].Message.Body.Length;
            }

            Interlocked.Add(ref _outstanding, deliveries.Length);
            Interlocked.Add(ref _outstandingBytes, bytes);
            _keeper.Keep(deliveries);
            foreach (var delivery in deliveries)
            {
                ready += AdmitLeased(delivery) ? 1 : 0;
            }
        }

        WakeSlots(ready);
    }

    private bool AdmitLeased(Delivery delivery)
    {
        var entry = _settler.IsDone(delivery.Message) ? DeliveryBook.Entry.Done : _book!.Enter(delivery);
        if (entry == DeliveryBook.Entry.Done)
        {
            AcknowledgeAgain(delivery);
        }

        return entry == DeliveryBook.Entry.New && Admit(delivery);
    }

    /// <summary>The message has come again though its work is done.</summary>
    private void AcknowledgeAgain(Delivery delivery)
    {
        delivery.TryWithdraw();
        _settler.Acknowledge(delivery);
        Leave(delivery);
    }

    /// <summary>Puts a delivery where a slot finds it, unless its lane says otherwise.</summary>
    private bool Admit(Delivery delivery)
    {
        delivery.Lane = _orderBy is null ? delivery.Message.Group : _orderBy.Of(delivery.Message);
        if (!TryEnterLane(delivery))
        {
            return false;
        }

        _buffer.Enqueue(delivery);
        return true;
    }

    private void WakeSlots(int count)
    {
        for (; count > 0 && _idle.TryPop(out var slot); count--)
        {
            ThreadPool.UnsafeQueueUserWorkItem(slot, preferLocal: false);
        }
    }

    // ---- Handling --------------------------------------------------------------------------------------------------

    private ValueTask ProcessAsync(HandlerSlot slot, Delivery delivery)
    {
        if (!delivery.TryStart())
        {
            return ValueTask.CompletedTask;
        }

        return Hooks.Any ? ProcessWithHooksAsync(slot, delivery) : RouteAsync(slot, delivery);
    }

    private async ValueTask ProcessWithHooksAsync(HandlerSlot slot, Delivery delivery)
    {
        await Hooks.ReceivedAsync(delivery.Message);
        await RouteAsync(slot, delivery);
    }

    private ValueTask RouteAsync(HandlerSlot slot, Delivery delivery)
    {
        slot.Document.Load(delivery.Message);
        var routes = Table.Match(slot.Document, delivery.Message, _ruleFailed);
        slot.Document.Clear();

        // The usual case, without the way over the base class.
        return routes.Count == 1 ? RunOneAsync(slot, delivery, Handlers[routes[0].Index]) : HandleAsync(slot, delivery, routes);
    }

    /// <summary>Runs the one handler of a message. Without a look at a task or a state machine where the handler returns at once.</summary>
    protected override ValueTask RunOneAsync(HandlerSlot slot, Delivery delivery, HandlerRuntime handler)
    {
        if (IsCrashing(delivery.Message, handler))
        {
            End(delivery, GiveUp(delivery.Message, handler));
            return ValueTask.CompletedTask;
        }

        if (EventideTelemetry.Source.HasListeners())
        {
            return AwaitOneAsync(slot, delivery, handler, null, 0);
        }

        // Measuring an attempt takes two looks at the clock; where nobody is told, none.
        var isTimed = _timed || EventideTelemetry.HandlerDuration.Enabled;
        var now = isTimed ? Time.GetTimestamp() : 0;
        Task<HandlerResult> task;
        try
        {
            RecordWait(delivery.Message);
            task = handler.Pipeline.InvokeAsync(delivery.Message, slot.Begin(delivery, handler));
            if (task is { IsCompletedSuccessfully: true } && task.Result.Kind == HandlerResultKind.Success)
            {
                var reason = slot.End(out var wasStuck);
                if (reason == CancelReason.None && !isTimed)
                {
                    EndDone(slot, delivery, handler);
                    return ValueTask.CompletedTask;
                }

                return FinishAsync(delivery, handler, AttemptOutcome.Success, reason, wasStuck, isTimed ? Time.GetElapsedTime(now) : TimeSpan.Zero);
            }
        }
        catch (Exception e)
        {
            task = Task.FromException<HandlerResult>(e);
        }

        // Without a task it would be taken for one that has not been started, and be called a second time.
        task ??= Task.FromException<HandlerResult>(new InvalidOperationException("the handler returned null instead of a task"));

        // The handler has gone off to wait: what was done before it should not wait with it.
        FlushDone(slot);
        _settler.Kick();
        return AwaitOneAsync(slot, delivery, handler, task, now);
    }

    private async ValueTask AwaitOneAsync(HandlerSlot slot, Delivery delivery, HandlerRuntime handler, Task<HandlerResult>? task, long startedAt)
    {
        var (outcome, reason, wasStuck, duration) = await AwaitAsync(slot, delivery, handler, task, startedAt);
        await FinishAsync(delivery, handler, outcome, reason, wasStuck, duration);
    }

    protected override ValueTask<(AttemptOutcome Outcome, CancelReason Reason, bool WasStuck, TimeSpan Duration)> CallAsync(HandlerSlot slot, Delivery delivery, HandlerRuntime handler) =>
        AwaitAsync(slot, delivery, handler, null, 0);

    private async ValueTask<(AttemptOutcome Outcome, CancelReason Reason, bool WasStuck, TimeSpan Duration)> AwaitAsync(
        HandlerSlot slot, Delivery delivery, HandlerRuntime handler, Task<HandlerResult>? task, long startedAt)
    {
        using var activity = task is null ? MessageTrace.StartProcess(delivery.Message, handler.Name) : null;
        AttemptOutcome outcome;
        try
        {
            if (task is null)
            {
                startedAt = Time.GetTimestamp();
                RecordWait(delivery.Message);
                task = handler.Pipeline.InvokeAsync(delivery.Message, slot.Begin(delivery, handler));
            }

            outcome = task is null
                ? AttemptOutcome.Of(handler.Name, new InvalidOperationException("the handler returned null instead of a task"))
                : AttemptOutcome.Of(handler.Name, await task);
        }
        catch (Exception e)
        {
            outcome = AttemptOutcome.Of(handler.Name, e);
        }

        var duration = startedAt == 0 ? TimeSpan.Zero : Time.GetElapsedTime(startedAt);
        var reason = slot.End(out var wasStuck);
        if (reason == CancelReason.Timeout)
        {
            activity?.SetStatus(System.Diagnostics.ActivityStatusCode.Error, "timeout");
        }
        else if (activity is not null && outcome.Failure is { } failure)
        {
            activity.SetStatus(System.Diagnostics.ActivityStatusCode.Error, failure.Reason);
            activity.SetTag("error.type", failure.Exception?.GetType().FullName ?? failure.Kind.ToString());
        }

        return (outcome, reason, wasStuck, duration);
    }

    private async ValueTask FinishAsync(Delivery delivery, HandlerRuntime handler, AttemptOutcome outcome, CancelReason reason, bool wasStuck, TimeSpan duration)
    {
        if (await ConcludeAsync(delivery.Message, handler, outcome, reason, wasStuck, duration, delivery.State == Delivery.Stage.Ended, delivery.LeaseLost) is { } decided)
        {
            End(delivery, decided);
        }
    }
}
