namespace Eventide;

/// <summary>A place in which one handler at a time runs. Takes deliveries as long as there are any, then waits idle without a
/// thread. Keeps what its handlers have done until a batch of it is worth handing on.</summary>
internal sealed class HandlerSlot : IThreadPoolWorkItem
{
    // Large enough that the slots rarely meet at the shared counters, small enough that nothing is held up.
    private const int Batch = 32;

    private readonly QueueWorker _worker;
    private readonly AttemptSlot _attempt;
    private readonly Action<object, CancelReason> _stuck;
    private List<Delivery>? _done;
    private volatile Delivery? _current;

    public HandlerSlot(QueueWorker worker)
    {
        _worker = worker;
        _attempt = new AttemptSlot(worker.Time, worker.Settings.StuckAfter);
        _stuck = (delivery, reason) => worker.OnStuck((Delivery)delivery, reason);
    }

    /// <summary>The document of the message being routed; reused, since a slot routes one at a time.</summary>
    public MessageDocument Document { get; } = new();

    /// <summary>Whether it is at a delivery, from taking it to settling it.</summary>
    public volatile bool IsWorking;

    /// <summary>What its handler is at, or null.</summary>
    public Delivery? Current => _current;

    /// <summary>Takes over from the thread pool.</summary>
    public void Execute() => _ = _worker.RunSlotAsync(this);

    /// <summary>Notes that a handler starts, and gives the token that stops it.</summary>
    public CancellationToken Begin(Delivery delivery, HandlerRuntime handler)
    {
        _current = delivery;
        delivery.Slot = this;
        delivery.Handler = handler;
        return _attempt.Begin(delivery, handler.Timeout, _stuck);
    }

    /// <summary>Notes that the handler has returned.</summary>
    /// <param name="wasStuck">Whether it had been found stuck.</param>
    /// <returns>Why it was asked to stop, if it was.</returns>
    public CancelReason End(out bool wasStuck)
    {
        var reason = _attempt.End(out wasStuck);
        _current!.Slot = null;
        _current = null;
        return reason;
    }

    /// <summary>Asks the handler to stop.</summary>
    /// <param name="delivery">Only where it is at this; null for whatever it is at.</param>
    /// <param name="reason">Why.</param>
    public void Cancel(Delivery? delivery, CancelReason reason) => _attempt.Cancel(delivery, reason);

    /// <summary>Looks at the clock.</summary>
    public void Tick(long now) => _attempt.Tick(now);

    /// <summary>Adds a delivery whose work is done.</summary>
    /// <returns>Whether a batch has come together.</returns>
    public bool AddDone(Delivery delivery)
    {
        // Taken out while it is added to: whoever takes what is done meanwhile finds nothing yet, and needs no lock.
        var done = Interlocked.Exchange(ref _done, null) ?? new List<Delivery>(Batch);
        done.Add(delivery);
        var isFull = done.Count >= Batch;
        Volatile.Write(ref _done, done);
        return isFull;
    }

    /// <summary>Takes what is done, to be handed on.</summary>
    public List<Delivery>? TakeDone() => Volatile.Read(ref _done) is null ? null : Interlocked.Exchange(ref _done, null);
}
