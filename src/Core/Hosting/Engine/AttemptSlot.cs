namespace Eventide;

/// <summary>A place in which one attempt at a time runs: knows when it is over its time, asks it to stop, and finds it stuck where
/// it goes on all the same. Knows nothing of how the handler is called.</summary>
/// <remarks>One word holds the attempt's number and how it stands. Whoever wants something of an attempt exchanges the word he has
/// looked at: so nobody can ever reach the attempt after it, and beginning and ending one, done for each message, takes no lock.</remarks>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A source without a timer holds nothing; disposing it would break tokens that handlers still hold.")]
internal sealed class AttemptSlot(TimeProvider time, TimeSpan stuckAfter)
{
    // The lowest bits of the word say how the attempt stands: why it was asked to stop, whether it runs, whether it is stuck. Above
    // them is its number, which only the slot changes.
    private const long ReasonMask = 3;
    private const long Running = 4;
    private const long Stuck = 8;
    private const long StandMask = 15;
    private const long Next = 16;

    private long _word;

    // Written by the slot before the word says that the attempt runs, and not until it no longer does.
    private CancellationTokenSource _cancel = new();
    private object? _current;
    private TimeSpan _timeout;
    private long _startedAt;
    private Action<object, CancelReason>? _stuck;

    private long _cancelledAt;

    /// <summary>Notes that an attempt starts, and gives the token that stops it.</summary>
    /// <param name="owner">What is attempted; <see cref="Cancel(object?, CancelReason)"/> names it.</param>
    /// <param name="timeout">How long it may run.</param>
    /// <param name="stuck">Called with the owner and why it was asked to stop, from the clock's thread, when the attempt is found stuck.</param>
    public CancellationToken Begin(object owner, TimeSpan timeout, Action<object, CancelReason> stuck)
    {
        _current = owner;
        _timeout = timeout;
        _stuck = stuck;
        _startedAt = time.GetTimestamp();
        var token = _cancel.Token;
        Volatile.Write(ref _word, (_word & ~StandMask) + Next + Running);
        return token;
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
        var ended = Interlocked.Exchange(ref _word, Volatile.Read(ref _word) & ~StandMask);
        var reason = ReasonOf(ended);
        wasStuck = (ended & Stuck) != 0;
        _current = null;
        _stuck = null;

        // A source that was not cancelled serves the next handler too; what the last one registered with it is forgotten.
        if (reason != CancelReason.None || !_cancel.TryReset())
        {
            _cancel = new CancellationTokenSource();
        }

        return reason;
    }

    /// <summary>Asks the attempt to stop.</summary>
    /// <param name="owner">Only where it is at this; <see langword="null"/> for whatever it is at.</param>
    /// <param name="reason">Why.</param>
    public void Cancel(object? owner, CancelReason reason)
    {
        while (true)
        {
            var word = Volatile.Read(ref _word);
            if ((word & (Running | ReasonMask)) != Running || (owner is not null && !ReferenceEquals(_current, owner)))
            {
                return;
            }

            if (TryCancel(word, reason))
            {
                return;
            }
        }
    }

    /// <summary>Looks at the clock.</summary>
    public void Tick(long now)
    {
        var word = Volatile.Read(ref _word);
        if ((word & (Running | Stuck)) != Running)
        {
            return;
        }

        if ((word & ReasonMask) == 0)
        {
            if (time.GetElapsedTime(_startedAt, now) >= _timeout)
            {
                TryCancel(word, CancelReason.Timeout);
            }

            return;
        }

        var (owner, stuck) = (_current, _stuck);
        if (time.GetElapsedTime(Volatile.Read(ref _cancelledAt), now) >= stuckAfter
            && Interlocked.CompareExchange(ref _word, word | Stuck, word) == word)
        {
            stuck!(owner!, ReasonOf(word));
        }
    }

    private static CancelReason ReasonOf(long word) => (CancelReason)(word & ReasonMask);

    private bool TryCancel(long word, CancelReason reason)
    {
        var cancel = _cancel;
        Volatile.Write(ref _cancelledAt, time.GetTimestamp());
        if (Interlocked.CompareExchange(ref _word, word | (long)reason, word) != word)
        {
            return false;
        }

        // The user's callbacks on the token run on the pool: they must not hold up the clock.
        _ = cancel.CancelAsync();
        return true;
    }
}
