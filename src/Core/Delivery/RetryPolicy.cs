using System.Collections.Concurrent;
using System.Globalization;

namespace Eventide;

/// <summary>Decides whether and when a failed delivery is run again. Pure: the same input gives the same decision.</summary>
/// <remarks>Delays grow exponentially under a cap, with full jitter, after M. Brooker, "Exponential Backoff And Jitter"
/// (AWS Architecture Blog, 2015).</remarks>
public sealed class RetryPolicy
{
    private readonly ConcurrentDictionary<Type, bool> _retried = new();
    private readonly string[] _retryFor;

    /// <summary>Creates a policy.</summary>
    /// <param name="retryLimit">How many times a failed message is run again, from 0.</param>
    /// <param name="minBackoff">The first retry's longest delay, from zero.</param>
    /// <param name="maxBackoff">The longest delay of any retry, at least <paramref name="minBackoff"/>.</param>
    /// <param name="jitter">Whether the delay is drawn evenly between zero and the backoff (true) or is the backoff itself.</param>
    /// <param name="retryFor">The full names of the exceptions that are retried, derived ones included; empty means every exception.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public RetryPolicy(int retryLimit, TimeSpan minBackoff, TimeSpan maxBackoff, bool jitter, IEnumerable<string>? retryFor = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(retryLimit);
        ArgumentOutOfRangeException.ThrowIfLessThan(minBackoff, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxBackoff, minBackoff);
        RetryLimit = retryLimit;
        MinBackoff = minBackoff;
        MaxBackoff = maxBackoff;
        Jitter = jitter;
        _retryFor = [.. retryFor ?? []];
    }

    /// <summary>How many times a failed message is run again.</summary>
    public int RetryLimit { get; }

    /// <summary>The first retry's longest delay.</summary>
    public TimeSpan MinBackoff { get; }

    /// <summary>The longest delay of any retry.</summary>
    public TimeSpan MaxBackoff { get; }

    /// <summary>Whether the delay is drawn evenly between zero and the backoff.</summary>
    public bool Jitter { get; }

    /// <summary>The full names of the exceptions that are retried; empty means every exception.</summary>
    public IReadOnlyList<string> RetryFor => _retryFor;

    /// <summary>The backoff after so many failures: min(MaxBackoff, MinBackoff * 2^(failures-1)), without jitter.</summary>
    /// <param name="failures">How many times the message has failed, from 1.</param>
    public TimeSpan Backoff(int failures)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);

        // Past 62 doublings any backoff above zero is beyond every cap.
        var ticks = MinBackoff.Ticks * Math.Pow(2, Math.Min(failures - 1, 62));
        return ticks >= MaxBackoff.Ticks ? MaxBackoff : TimeSpan.FromTicks((long)ticks);
    }

    /// <summary>Decides what becomes of a delivery that failed. One that crashed (<see cref="HandlerFailureKind.Crashed"/>) is always
    /// retried: a limit for crashes holds for the next delivery, before it is run (<see cref="EventideOptions.CrashAllowance"/>).</summary>
    /// <param name="failure">Why.</param>
    /// <param name="requestedDelay">The delay that the handler asked for, where it asked.</param>
    /// <param name="failures">How many times the message has failed, this one included, from 1.</param>
    /// <param name="random">A number drawn evenly from 0 (inclusive) to 1 (exclusive); decides the jitter.</param>
    /// <returns>A retry or a dead-lettering.</returns>
    public Settlement Decide(HandlerFailure failure, TimeSpan? requestedDelay, int failures, double random)
    {
        ArgumentNullException.ThrowIfNull(failure);
        ArgumentOutOfRangeException.ThrowIfLessThan(failures, 1);

        // Whether a message has met too many crashes is decided before it is run again, as where nobody is left to decide it here.
        if (failure.Kind != HandlerFailureKind.Crashed && (failures > RetryLimit || !IsRetried(failure)))
        {
            return new Settlement(SettlementKind.DeadLetter, default, failure);
        }

        var delay = requestedDelay ?? (Jitter ? Backoff(failures) * random : Backoff(failures));
        return new Settlement(SettlementKind.Retry, delay, failure);
    }

    /// <summary>Whether a failure of this kind is retried at all, however often it has happened.</summary>
    /// <param name="failure">The failure.</param>
    public bool IsRetried(HandlerFailure failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure.Kind switch
        {
            // A timeout and an explicit wish are retried whatever the list of exceptions says.
            HandlerFailureKind.Timeout or HandlerFailureKind.RetryRequested or HandlerFailureKind.LeaseLost or HandlerFailureKind.Crashed => true,
            HandlerFailureKind.Exception => failure.Exception is null || IsRetried(failure.Exception.GetType()),
            _ => false,
        };
    }

    /// <summary>The policy in one line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{RetryLimit} retries, {MinBackoff:c} to {MaxBackoff:c}{(Jitter ? " with jitter" : "")}{(_retryFor.Length == 0 ? "" : $", for {string.Join(", ", _retryFor)}")}");

    private bool IsRetried(Type exception) => _retryFor.Length == 0 || _retried.GetOrAdd(
        exception,
        static (type, names) =>
        {
            for (var t = type; t is not null; t = t.BaseType)
            {
                if (Array.IndexOf(names, t.FullName) >= 0)
                {
                    return true;
                }
            }

            return false;
        },
        _retryFor);
}
