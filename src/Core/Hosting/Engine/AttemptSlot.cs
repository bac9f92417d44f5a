namespace Eventide;

/// <summary>A place in which one attempt at a time runs: knows when it is over its time, asks it to stop, and finds it stuck where
/// it goes on all the same. Knows nothing of how the handler is called.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A source without a timer holds nothing; disposing it would break tokens that handlers still hold.")]
internal sealed class AttemptSlot(TimeProvider time, TimeSpan stuckAfter)
{
    private readonly Lock _lock = new();
    private CancellationTokenSource _cancel = new();
    private object? _current;
    private TimeSpan _timeout;
    private long _startedAt;
    private long _cancelledAt;
    private CancelReason _reason;
    private Action<object, CancelReason>? _stuck;
    private long _attempt;
    private object? _call;

    /// <summary>Whether the handler goes on long after its token was cancelled.</summary>
    public bool IsStuck { get; private set; }

    /// <summary>The last call made in it; the slot's own code does not look at it.</summary>
    public object? Call { get => Volatile.Read(ref _call); set => Volatile.Write(ref _call, value); }

    public bool IsBusy
    {
        get
        {
            lock (_lock)
            {
                return _current is not null;
            }
        }
    }

    /// <summary>Notes that an attempt starts, and gives the token that stops it.</summary>
    /// <param name="owner">What is attempted; <see cref="Cancel(object?, CancelReason)"/> names it.</param>
    /// <param name="timeout">How long it may run.</param>
    /// <param name="stuck">Called with the owner and why it was asked to stop, from the clock's thread, when the attempt is found stuck.</param>
    public CancellationToken Begin(object owner, TimeSpan timeout, Action<object, CancelReason> stuck)
    {
        lock (_lock)
        {
            _current = owner;
            _attempt++;
            _timeout = timeout;
            _stuck = stuck;
            _startedAt = time.GetTimestamp();
            _reason = CancelReason.None;
            IsStuck = false;
            return _cancel.Token;
        }
    }

    /// <summary>Notes that the attempt has come back.</summary>
    /// <param name="wasStuck">Whether it had been found stuck.</param>
    /// <param name="duration">How long it ran.</param>
    /// <returns>Why it was asked to stop, if it was.</returns>
    public CancelReason End(out bool wasStuck, out TimeSpan duration)
    {
        duration = time.GetElapsedTime(_startedAt);
        return End(out wasStuck);
    }

    /// <summary>Notes that the attempt has come back, where nobody asks how long it ran.</summary>
    /// <param name="wasStuck">Whether it had been found stuck.</param>
    /// <returns>Why it was asked to stop, if it was.</returns>
    public CancelReason End(out bool wasStuck)
    {
        lock (_lock)
        {
            var reason = _reason;
            wasStuck = IsStuck;
            _current = null;
            _stuck = null;
            IsStuck = false;

            // A source that was not cancelled serves the next handler too; what the last one registered with it is forgotten.
            if (reason != CancelReason.None || !_cancel.TryReset())
            {
                _cancel = new CancellationTokenSource();
            }

            return reason;
        }
    }

    /// <summary>Asks the attempt to stop.</summary>
    /// <param name="owner">Only where it is at this; <see langword="null"/> for whatever it is at.</param>
    /// <param name="reason">Why.</param>
    public void Cancel(object? owner, CancelReason reason) => Cancel(owner, null, reason);

    private void Cancel(object? owner, long? attempt, CancelReason reason)
    {
        CancellationTokenSource cancel;
        lock (_lock)
        {
            if (_current is null || (owner is not null && !ReferenceEquals(_current, owner)) || (attempt is not null && attempt != _attempt) || _reason != CancelReason.None)
            {
                return;
            }

            _reason = reason;
            _cancelledAt = time.GetTimestamp();
            cancel = _cancel;
        }

        // The user's callbacks on the token run on the pool: they must not hold up the clock.
        _ = cancel.CancelAsync();
    }

    /// <summary>Looks at the clock.</summary>
    public void Tick(long now)
    {
        // Read under the lock and handed on: a moment later the slot may be at something else.
        Action<object, CancelReason>? stuck = null;
        object owner;
        CancelReason reason;
        long? over = null;
        lock (_lock)
        {
            if (_current is null)
            {
                return;
            }

            owner = _current;
            reason = _reason;
            if (reason == CancelReason.None)
            {
                over = time.GetElapsedTime(_startedAt, now) >= _timeout ? _attempt : null;
            }
            else if (!IsStuck && time.GetElapsedTime(_cancelledAt, now) >= stuckAfter)
            {
                IsStuck = true;
                stuck = _stuck;
            }
        }

        if (over is not null)
        {
            Cancel(owner, over, CancelReason.Timeout);
        }

        stuck?.Invoke(owner, reason);
    }
}
