using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Eventide;

/// <summary>What becomes of a delivery once it has come: its handlers are run, each attempt is counted, told and decided, and the
/// decision is carried out. The same for every engine. An engine derives from it to say how a handler is called, who carries a
/// settlement to the queue, and where retries may be kept besides.</summary>
/// <typeparam name="TSlot">In what a handler runs.</typeparam>
internal abstract class DeliveryFlow<TSlot>(HookRunner hooks, TimeProvider time, ILogger logger)
{
    private readonly MessageMemory<HashSet<string>> _progress = new(10_000);
    private readonly ConcurrentDictionary<(string Handler, string Rule), bool> _brokenRules = new();
    private volatile bool _stalled;
    private int _stuck;

    public string Name { get; private set; } = "";

    public QueueSettings Settings { get; private set; } = null!;

    public HookRunner Hooks { get; } = hooks;

    public TimeProvider Time { get; } = time;

    public ILogger Logger { get; } = logger;

    public WorkerCounters Counters { get; private set; } = null!;

    public SettlementMemory Memory { get; } = new();

    /// <summary>Whether every slot is taken by a handler that does not come back.</summary>
    public bool IsStalled => _stalled;

    protected QueueLimits Limits { get; private set; } = null!;

    protected RoutingTable Table { get; private set; } = null!;

    protected HandlerRuntime[] Handlers { get; private set; } = [];

    protected LaneBook Lanes { get; private set; } = null!;

    /// <summary>Sends dead letters; may settle too.</summary>
    protected Settler DeadLetters { get; set; } = null!;

    /// <summary>How many slots are taken by handlers that do not come back.</summary>
    protected int Stuck => Volatile.Read(ref _stuck);

    // ---- What an engine carries --------------------------------------------------------------------------------------

    /// <summary>Acknowledges a delivery and its twins, and strikes them off the books.</summary>
    protected abstract void Acknowledge(Delivery delivery);

    /// <summary>Gives a delivery and its twins back to the queue, and strikes them off the books.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="delay">For how long the queue is to hold it back.</param>
    /// <param name="uncounted">Whether it was no attempt, where the queue can tell.</param>
    protected abstract void Release(Delivery delivery, TimeSpan delay, bool uncounted);

    /// <summary>Lets go of a delivery without a word to the queue, its lease being lost or left to run out.</summary>
    protected abstract void Forget(Delivery delivery, TimeSpan lease);

    /// <summary>Keeps a delivery's lease while something slow is done about it.</summary>
    protected abstract void Keep(Delivery delivery);

    /// <summary>Puts a delivery where a slot finds it, and wakes one.</summary>
    protected abstract void Start(Delivery delivery);

    /// <summary>Calls a handler.</summary>
    protected abstract ValueTask<(AttemptOutcome Outcome, CancelReason Reason, bool WasStuck, TimeSpan Duration)> CallAsync(TSlot slot, Delivery delivery, HandlerRuntime handler);

    /// <summary>All slots are taken by handlers that do not come back.</summary>
    protected virtual void OnStalled()
    {
    }

    /// <summary>Whether failed deliveries of a message may be kept elsewhere than in its queue.</summary>
    protected virtual bool KeepsRetries(Delivery delivery) => false;

    /// <summary>Has a failed delivery kept elsewhere.</summary>
    /// <returns>Whether that is done, and the queue's copy no longer needed.</returns>
    protected virtual Task<bool> TryHoldAsync(Delivery delivery, Settlement settlement) => Task.FromResult(false);

    /// <summary>Whether a delivery that comes again is already kept elsewhere.</summary>
    protected virtual ValueTask<bool> IsHeldAsync(Delivery delivery, HandlerRuntime handler) => new(false);

    // ---- Handling ------------------------------------------------------------------------------------------------------

    protected void Open(string name, QueueLimits limits, QueueSettings asked, RoutingTable table, IEnumerable<HandlerRuntime> handlers, bool hasDeadLetterQueue)
    {
        Name = name;
        Limits = limits;
        Table = table;
        Handlers = [.. handlers];
        Settings = asked.FitTo(name, limits, Handlers, Logger, hasDeadLetterQueue);
        Counters = new WorkerCounters(name);
        Lanes = new LaneBook(Time);
    }

    protected void LogStart(bool hasDeadLetterQueue)
    {
        Logger.Started(Name, Settings.Concurrency, Settings.BufferSize!.Value, Settings.Lease, Handlers.Length);
        if (!hasDeadLetterQueue)
        {
            Logger.NoDeadLetterQueue(Name, Settings.MaxBackoff);
        }
    }

    /// <summary>A rule failed on a message: counted, and logged once.</summary>
    protected void OnRuleFailed(Route route, string rule, Message message, string error)
    {
        Counters.RuleError(route.Handler.Name);
        if (_brokenRules.TryAdd((route.Handler.Name, rule), true))
        {
            Logger.RuleFailed(rule, route.Handler.Name, message, error);
        }
    }

    /// <summary>Runs a message's handlers and settles it.</summary>
    protected ValueTask HandleAsync(TSlot slot, Delivery delivery, in RouteResult routes)
    {
        switch (routes.Count)
        {
            case 1:
                return RunOneAsync(slot, delivery, Handlers[routes[0].Index]);
            case 0:
                OnUnmatched(delivery, routes);
                return ValueTask.CompletedTask;
            default:
                return RunAllAsync(slot, delivery, routes);
        }
    }

    /// <summary>Runs the one handler of a message.</summary>
    protected virtual async ValueTask RunOneAsync(TSlot slot, Delivery delivery, HandlerRuntime handler)
    {
        if (await AttemptAsync(slot, delivery, handler) is { } settlement)
        {
            End(delivery, settlement);
        }
    }

    protected bool IsCrashing(Message message, HandlerRuntime handler) => DeliveryDecisions.IsCrashing(message, handler.Retry, Settings.CrashAllowance);

    protected Settlement GiveUp(Message message, HandlerRuntime handler)
    {
        Logger.TooManyDeliveries(message, message.Attempt, handler.Name, handler.Retry.RetryLimit, Settings.CrashAllowance);
        return DeliveryDecisions.GiveUp(message, handler.Name);
    }

    protected void RecordWait(Message message)
    {
        if (EventideTelemetry.Wait.Enabled && message.EnqueuedAt is { } enqueuedAt)
        {
            Counters.Wait(Time.GetUtcNow() - enqueuedAt);
        }
    }

    /// <summary>Counts, tells and decides an attempt that has ended.</summary>
    /// <param name="message">The message.</param>
    /// <param name="handler">The handler.</param>
    /// <param name="outcome">What the handler came to.</param>
    /// <param name="reason">Why it was asked to stop, if it was.</param>
    /// <param name="wasStuck">Whether it had been found stuck.</param>
    /// <param name="duration">How long it ran.</param>
    /// <param name="isGivenUp">Whether the delivery was given up before: stuck, or still running at the end of the drain time.</param>
    /// <param name="isLeaseLost">Whether the queue may give the message to another, whatever came of it here.</param>
    /// <returns>What to do, or null where the delivery was given up before.</returns>
    protected async ValueTask<Settlement?> ConcludeAsync(
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
            if (outcome.Succeeded)
            {
                Memory.Done.Remember(message.Id, true);
            }

            return null;
        }

        var judged = DeliveryDecisions.Judge(outcome, handler, reason);
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

        return DeliveryDecisions.Decide(judged, handler.Retry, reason, message.Attempt, Random.Shared.NextDouble());
    }

    /// <summary>A handler goes on long after its token was cancelled: its slot stays taken, its message is no longer kept for it.</summary>
    protected void OnStuck(Delivery delivery, HandlerRuntime handler, CancelReason reason)
    {
        NoteStuck(delivery.Message, handler);
        if (!delivery.TryEnd())
        {
            return;
        }

        var settlement = DecideStuck(delivery.Message, handler, reason);
        if (settlement.Kind is SettlementKind.DeadLetter or SettlementKind.Release || Limits.MaxLease is null)
        {
            Settle(delivery, settlement);
        }
        else
        {
            // The lease runs out by itself: nobody else gets the message while this attempt may still be doing something.
            Forget(delivery, Settings.Lease);
            HoldLane(delivery, Settings.Lease);
        }
    }

    protected void NoteStuck(Message message, HandlerRuntime handler)
    {
        Counters.Stuck(handler.Name);
        Logger.Stuck(handler.Name, Settings.StuckAfter, message);
        if (Interlocked.Increment(ref _stuck) == Settings.Concurrency)
        {
            _stalled = true;
            Logger.Stalled(Name, Settings.Concurrency);
            OnStalled();
        }
    }

    /// <summary>What becomes of a message whose handler does not come back.</summary>
    protected Settlement DecideStuck(Message message, HandlerRuntime handler, CancelReason reason)
    {
        if (reason != CancelReason.Timeout)
        {
            // It was asked to stop because the message is no longer ours, or the worker stops: no failure of its own.
            return new Settlement(SettlementKind.Release);
        }

        var outcome = AttemptOutcome.TimedOut(handler.Name, handler.Timeout);
        Counters.Failed(outcome.Failure!);
        RememberFailure(message);
        Hooks.Post(h => h.FailedAsync(message, outcome.Failure!));
        return outcome.Decide(handler.Retry, message.Attempt, Random.Shared.NextDouble());
    }

    // ---- Settling ------------------------------------------------------------------------------------------------------

    /// <summary>The handlers have returned: settle, unless somebody else has taken that over meanwhile.</summary>
    protected void End(Delivery delivery, Settlement settlement)
    {
        delivery.IsDone = settlement.Kind == SettlementKind.Acknowledge;
        if (delivery.TryEnd())
        {
            Settle(delivery, settlement);
        }
    }

    /// <summary>Carries out a decision, and lets go on what waited for it.</summary>
    protected void Settle(Delivery delivery, Settlement settlement)
    {
        switch (settlement.Kind)
        {
            case SettlementKind.Acknowledge:
                delivery.IsDone = true;
                Acknowledge(delivery);
                FreeLane(delivery);
                break;
            case SettlementKind.Release when delivery.LeaseLost:
                // Not ours to settle any more. A twin is a later delivery, and is.
                Forget(delivery, TimeSpan.Zero);
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

    /// <summary>Gives a delivery back to its queue without its having failed.</summary>
    protected void GiveBack(Delivery delivery, TimeSpan delay, bool uncounted)
    {
        Counters.Released();
        Release(delivery, delay, uncounted);
        HoldLane(delivery, delay);
    }

    /// <summary>Gives a delivery back that no handler has seen.</summary>
    protected bool Withdraw(Delivery delivery)
    {
        if (!delivery.TryWithdraw())
        {
            return false;
        }

        GiveBack(delivery, TimeSpan.Zero, uncounted: true);
        return true;
    }

    /// <summary>Counts and tells a retry.</summary>
    protected void CountRetry(Message message, Settlement settlement)
    {
        Counters.Retried(settlement.Failure?.Handler);
        Logger.Retry(settlement.Failure?.Handler, message, settlement.Failure?.Reason ?? "", settlement.Delay, settlement.Failure?.Exception);
        if (settlement.Failure is { } failure)
        {
            Hooks.Post(h => h.RetriedAsync(message, failure, settlement.Delay));
        }
    }

    /// <summary>Sends a dead letter.</summary>
    /// <returns>Whether it is confirmed.</returns>
    protected async Task<bool> SendDeadLetterAsync(Delivery delivery, HandlerFailure failure)
    {
        if (!CanDeadLetter(delivery, "there is no dead-letter queue"))
        {
            return false;
        }

        var sent = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        DeadLetters.SendDeadLetter(delivery, failure, Settings.MaxBackoff, sent.SetResult);
        DeadLetters.Kick();
        return await sent.Task;
    }

    /// <summary>Asks a delivery's lane, if it has one, whether it may run now; otherwise it is parked, or goes back while its lane is held.</summary>
    protected bool TryEnterLane(Delivery delivery)
    {
        if (delivery.Lane is null)
        {
            return true;
        }

        var entry = Lanes.Enter(delivery, out var holdFor);
        if (entry == LaneBook.Entry.Held && delivery.TryWithdraw())
        {
            GiveBack(delivery, holdFor, uncounted: true);
        }

        return entry == LaneBook.Entry.Go;
    }

    /// <summary>What is parked behind a delivery that is settled may go.</summary>
    protected void FreeLane(Delivery delivery)
    {
        if (delivery.Lane is not null && Lanes.Leave(delivery) is { } following)
        {
            Start(following);
        }
    }

    /// <summary>Keeps the rest of a lane from overtaking a message that has gone back to its queue.</summary>
    protected void HoldLane(Delivery delivery, TimeSpan delay)
    {
        if (delivery.Lane is null)
        {
            return;
        }

        // A queue that keeps the order of its groups holds the rest back by itself, as long as the failed one is out.
        var restDelay = Limits.Ordering == QueueOrdering.PerGroup ? TimeSpan.Zero : delay;
        foreach (var parked in Lanes.Hold(delivery, delay))
        {
            if (parked.TryWithdraw())
            {
                Counters.Released();
                Release(parked, restDelay, uncounted: true);
            }
        }
    }

    protected void RememberFailure(Message message)
    {
        if (!Memory.FirstFailures.TryGet(message.Id, out _))
        {
            Memory.FirstFailures.Remember(message.Id, Time.GetUtcNow());
        }
    }

    private void OnUnmatched(Delivery delivery, in RouteResult routes)
    {
        var message = delivery.Message;
        Counters.Unmatched();
        var failure = DeliveryDecisions.WhyUnmatched(routes);
        Logger.Unmatched(message, failure.Reason, Settings.Unmatched, DeliveryDecisions.Summary(message));
        End(delivery, DeliveryDecisions.Unmatched(failure, Settings.Unmatched, Settings.Lease));
    }

    /// <summary>One attempt, unless it would be one too many or is made elsewhere.</summary>
    /// <returns>What to do, or null where the delivery was given up while the handler ran on.</returns>
    private async ValueTask<Settlement?> AttemptAsync(TSlot slot, Delivery delivery, HandlerRuntime handler)
    {
        var message = delivery.Message;
        if (message.Attempt > 1 && await IsHeldAsync(delivery, handler))
        {
            return Settlement.Acknowledge;
        }

        if (IsCrashing(message, handler))
        {
            return GiveUp(message, handler);
        }

        var (outcome, reason, wasStuck, duration) = await CallAsync(slot, delivery, handler);
        return await ConcludeAsync(message, handler, outcome, reason, wasStuck, duration, delivery.State == Delivery.Stage.Ended, delivery.LeaseLost);
    }

    /// <summary>Runs all handlers of a message, one after the other. Those that succeed are not run again when another fails.</summary>
    private async ValueTask RunAllAsync(TSlot slot, Delivery delivery, RouteResult routes)
    {
        var message = delivery.Message;
        if (!_progress.TryGet(message.Id, out var done))
        {
            done = new HashSet<string>(StringComparer.Ordinal);
        }

        var joined = Settlement.Acknowledge;
        for (var i = 0; i < routes.Count; i++)
        {
            var handler = Handlers[routes[i].Index];
            if (done.Contains(handler.Name))
            {
                continue;
            }

            if (await AttemptAsync(slot, delivery, handler) is not { } settlement)
            {
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
            return;
        }

        // What is left goes round by the queue, where retries are kept elsewhere too: not all of it could be taken over.
        _progress.Remember(message.Id, done);
        if (delivery.TryEnd())
        {
            RetryByQueue(delivery, joined);
        }
    }

    /// <summary>A failed delivery is taken over elsewhere; then the queue's copy is acknowledged. Where that fails, the queue keeps it.</summary>
    private async Task HoldAsync(Delivery delivery, Settlement settlement)
    {
        if (await TryHoldAsync(delivery, settlement))
        {
            Settle(delivery, Settlement.Acknowledge);
        }
        else
        {
            RetryByQueue(delivery, settlement);
        }

        DeadLetters.Kick();
    }

    private void RetryByQueue(Delivery delivery, Settlement settlement)
    {
        var delay = settlement.Delay;
        if (delay > Limits.MaxReleaseDelay)
        {
            Logger.Clamped(Name, "a retry delay", delay, Limits.MaxReleaseDelay);
            delay = Limits.MaxReleaseDelay;
        }

        CountRetry(delivery.Message, settlement with { Delay = delay });
        Release(delivery, delay, uncounted: false);
        HoldLane(delivery, delay);
    }

    private void DeadLetter(Delivery delivery, HandlerFailure failure)
    {
        if (!CanDeadLetter(delivery, $"there is no dead-letter queue ({failure.Reason})"))
        {
            GiveBack(delivery, Settings.MaxBackoff, uncounted: false);
            return;
        }

        // Send first, then acknowledge. The delivery stays with us, its lease renewed, until the dead letter is confirmed.
        Keep(delivery);
        DeadLetters.SendDeadLetter(delivery, failure, Settings.MaxBackoff, sent =>
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

    private bool CanDeadLetter(Delivery delivery, string whyNot)
    {
        if (DeadLetters.HasDeadLetterQueue)
        {
            return true;
        }

        Counters.DeadLetterFailed();
        Logger.DeadLetterFailed(delivery.Message, Settings.MaxBackoff, whyNot);
        return false;
    }
}
