using System.Globalization;
using System.Text;

namespace Eventide;

/// <summary>The decisions about a delivery that are not a retry policy's: pure, and the same for every engine.</summary>
internal static class DeliveryDecisions
{
    private static readonly TimeSpan NoDelay = TimeSpan.Zero;

    /// <summary>Whether a message has been delivered so often without being settled that it seems to end the process each time.</summary>
    public static bool IsCrashing(Message message, RetryPolicy policy, int allowance) => message.Attempt > policy.RetryLimit + 1 + allowance;

    /// <summary>What becomes of such a message: it is given up without being run.</summary>
    public static Settlement GiveUp(Message message, string handler) => new(SettlementKind.DeadLetter, default, new HandlerFailure(
        handler,
        HandlerFailureKind.Exception,
        string.Create(CultureInfo.InvariantCulture, $"delivered {message.Attempt} times without being settled: it seems to end the process")));

    /// <summary>Why no handler gets a message.</summary>
    public static HandlerFailure WhyUnmatched(in RouteResult result) => new(null, HandlerFailureKind.Unmatched, result.Ambiguous is null
        ? "no handler's rules match"
        : $"{result.Ambiguous.Count} handlers match where exactly one is wanted: {string.Join(", ", result.Ambiguous.Select(r => r.Handler.Name))}");

    /// <summary>What becomes of a message that no handler gets.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="policy">The queue's policy.</param>
    /// <param name="lease">How long the queue holds back a message that is released.</param>
    public static Settlement Unmatched(HandlerFailure failure, UnmatchedPolicy policy, TimeSpan lease) => policy switch
    {
        UnmatchedPolicy.Acknowledge => Settlement.Acknowledge,
        UnmatchedPolicy.Release => new Settlement(SettlementKind.Release, lease, failure),
        _ => new Settlement(SettlementKind.DeadLetter, default, failure),
    };

    /// <summary>The outcome of an attempt, seen with why its handler was asked to stop: one that ran past its time has failed, even
    /// where it came to its end after all.</summary>
    public static AttemptOutcome Judge(AttemptOutcome outcome, HandlerRuntime handler, CancelReason reason) => reason switch
    {
        CancelReason.Timeout => AttemptOutcome.TimedOut(handler.Name, handler.Timeout, outcome.Failure?.Exception),
        CancelReason.LeaseLost when !outcome.Succeeded => new AttemptOutcome(new HandlerFailure(
            handler.Name, HandlerFailureKind.LeaseLost, "the lease was lost while the handler ran", outcome.Failure!.Exception)),
        _ => outcome,
    };

    /// <summary>What becomes of a delivery after an attempt that was judged.</summary>
    /// <param name="judged">The outcome.</param>
    /// <param name="policy">The handler's policy.</param>
    /// <param name="reason">Why the handler was asked to stop, if it was.</param>
    /// <param name="attempt">Which delivery it was, from 1.</param>
    /// <param name="random">Decides the jitter, from 0 to 1.</param>
    public static Settlement Decide(AttemptOutcome judged, RetryPolicy policy, CancelReason reason, int attempt, double random) => reason switch
    {
        _ when judged.Succeeded => Settlement.Acknowledge,
        CancelReason.Shutdown => new Settlement(SettlementKind.Release, NoDelay),
        CancelReason.LeaseLost => new Settlement(SettlementKind.Release, NoDelay, judged.Failure),
        _ => judged.Decide(policy, attempt, random),
    };

    /// <summary>Joins the settlements of one message's several handlers, as far as they went: it comes again for the last of those
    /// that are to be retried.</summary>
    public static Settlement Join(Settlement one, Settlement other) =>
        one.Kind != SettlementKind.Retry ? other
        : other.Kind != SettlementKind.Retry ? one
        : one.Delay > other.Delay ? one : other;

    /// <summary>The beginning of a body, for a log line.</summary>
    public static string Summary(Message message)
    {
        const int Most = 200;
        var body = message.Body.Span;
        var text = Encoding.UTF8.GetString(body[..Math.Min(body.Length, Most)]).ReplaceLineEndings(" ");
        return body.Length > Most ? string.Create(CultureInfo.InvariantCulture, $"{text}… ({body.Length} bytes)") : text;
    }
}
