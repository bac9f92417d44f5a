using System.Text.Json;

namespace Eventide;

/// <summary>How one attempt of a handler at a message ended.</summary>
/// <param name="Failure">Why it did not succeed; <see langword="null"/> where it did.</param>
/// <param name="RequestedDelay">The delay that the handler asked for, where it asked for a retry with one.</param>
public readonly record struct AttemptOutcome(HandlerFailure? Failure, TimeSpan? RequestedDelay = null)
{
    /// <summary>The handler succeeded.</summary>
    public static AttemptOutcome Success => default;

    /// <summary>Whether the handler succeeded.</summary>
    public bool Succeeded => Failure is null;

    /// <summary>Reads what a handler returned.</summary>
    /// <param name="handler">The handler's name.</param>
    /// <param name="result">What it returned.</param>
    public static AttemptOutcome Of(string handler, HandlerResult result) => result.Kind switch
    {
        HandlerResultKind.Success => Success,
        HandlerResultKind.Retry => new AttemptOutcome(
            new HandlerFailure(handler, HandlerFailureKind.RetryRequested, result.Reason ?? "the handler asked for a retry"), result.Delay),
        _ => new AttemptOutcome(new HandlerFailure(handler, HandlerFailureKind.DeadLetterRequested, result.Reason ?? "the handler gave it up")),
    };

    /// <summary>Reads what a handler threw.</summary>
    /// <param name="handler">The handler's name.</param>
    /// <param name="exception">What it threw.</param>
    public static AttemptOutcome Of(string handler, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return new AttemptOutcome(exception switch
        {
            UnreadableBodyException => new HandlerFailure(handler, HandlerFailureKind.UnreadableBody, exception.Message, exception.InnerException as JsonException ?? exception),
            HandlerCrashedException => new HandlerFailure(handler, HandlerFailureKind.Crashed, exception.Message.ReplaceLineEndings(" "), exception),
            _ => new HandlerFailure(handler, HandlerFailureKind.Exception, $"{exception.GetType().Name}: {exception.Message}".ReplaceLineEndings(" "), exception),
        });
    }

    /// <summary>The outcome of an attempt that ran longer than it may.</summary>
    /// <param name="handler">The handler's name.</param>
    /// <param name="timeout">How long it may run.</param>
    /// <param name="exception">What it threw when it was asked to stop, if anything.</param>
    public static AttemptOutcome TimedOut(string handler, TimeSpan timeout, Exception? exception = null) => new(new HandlerFailure(
        handler,
        HandlerFailureKind.Timeout,
        $"the handler ran longer than its timeout of {timeout.TotalSeconds.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture)} s",
        exception));

    /// <summary>Decides what becomes of the delivery.</summary>
    /// <param name="policy">The handler's policy.</param>
    /// <param name="failures">How many times the message has failed, this attempt included if it did, from 1.</param>
    /// <param name="random">A number drawn evenly from 0 (inclusive) to 1 (exclusive); decides the jitter.</param>
    public Settlement Decide(RetryPolicy policy, int failures, double random)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return Failure is null ? Settlement.Acknowledge : policy.Decide(Failure, RequestedDelay, failures, random);
    }
}
