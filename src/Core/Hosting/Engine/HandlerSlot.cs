namespace Eventide;

/// <summary>A place in which one handler at a time runs. Takes deliveries as long as there are any, then waits idle without a
/// thread. Knows when its handler is over its time.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A source without a timer holds nothing; disposing it would break tokens that handlers still hold.")]
internal sealed class HandlerSlot(QueueWorker worker) : IThreadPoolWorkItem
{
    private readonly Lock _lock = new();
    private CancellationTokenSource _cancel = new();
    private Delivery? _current;
    private HandlerRuntime? _handler;
    private long _startedAt;
    private long _cancelledAt;
    private CancelReason _reason;

    /// <summary>The document of the message being routed; reused, since a slot routes one at a time.</summary>
    public MessageDocument Document { get; } = new();

    /// <summary>Whether the handler goes on long after its token was cancelled.</summary>
    public bool IsStuck { get; private set; }

    /// <summary>What it is at, or null.</summary>
    public Delivery? Current
    {
        get
        {
            lock (_lock)
            {
                return _current;
            }
        }
    }

    public bool IsBusy => Current is not null;

    /// <summary>Takes over from the thread pool.</summary>
    public void Execute() => _ = worker.RunSlotAsync(this);

    /// <summary>Notes that a handler starts, and gives the token that stops it.</summary>
    public CancellationToken Begin(Delivery delivery, HandlerRuntime handler, long now)
    {
        lock (_lock)
        {
            _current = delivery;
            _handler = handler;
            _startedAt = now;
            _reason = CancelReason.None;
            IsStuck = false;
            delivery.Slot = this;
            return _cancel.Token;
        }
    }

    /// <summary>Notes that the handler has returned.</summary>
    /// <returns>Why it was asked to stop, if it was.</returns>
    public CancelReason End(out bool wasStuck)
    {
        lock (_lock)
        {
            var reason = _reason;
            wasStuck = IsStuck;
            _current!.Slot = null;
            _current = null;
            _handler = null;
            IsStuck = false;

            // A source that was not cancelled serves the next handler too; what the last one registered with it is forgotten.
            if (reason != CancelReason.None || !_cancel.TryReset())
            {
                _cancel = new CancellationTokenSource();
            }

            return reason;
        }
    }

    /// <summary>Asks the handler to stop, if it is still at this delivery.</summary>
    public void Cancel(Delivery? delivery, CancelReason reason)
    {
        CancellationTokenSource cancel;
        lock (_lock)
        {
            if (_current is null || (delivery is not null && !ReferenceEquals(_current, delivery)) || _reason != CancelReason.None)
            {
                return;
            }

            _reason = reason;
            _cancelledAt = worker.Time.GetTimestamp();
            cancel = _cancel;
        }

        // The user's callbacks on the token run on the pool: they must not hold up the clock.
        _ = cancel.CancelAsync();
    }

    /// <summary>Looks at the clock.</summary>
    public void Tick(long now)
    {
        Delivery? stuck = null;
        var isOver = false;
        lock (_lock)
        {
            if (_current is null)
            {
                return;
            }

            if (_reason == CancelReason.None)
            {
                isOver = worker.Time.GetElapsedTime(_startedAt, now) >= _handler!.Timeout;
            }
            else if (!IsStuck && worker.Time.GetElapsedTime(_cancelledAt, now) >= worker.Settings.StuckAfter)
            {
                IsStuck = true;
                stuck = _current;
            }
        }

        if (isOver)
        {
            Cancel(null, CancelReason.Timeout);
        }

        if (stuck is not null)
        {
            worker.OnStuck(this, stuck, _handler!);
        }
    }
}
