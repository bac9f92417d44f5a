using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Eventide;

/// <summary>The names under which Eventide traces and counts. Follows OpenTelemetry's messaging conventions where these have a name.</summary>
public static class EventideTelemetry
{
    /// <summary>The name of the <see cref="ActivitySource"/> and of the <see cref="Meter"/>: <c>Eventide</c>.</summary>
    public const string Name = "Eventide";

    internal static readonly ActivitySource Source = new(Name);

    internal static readonly Meter Meter = new(Name);

    internal static readonly Counter<long> Received = Meter.CreateCounter<long>(
        "messaging.client.consumed.messages", "{message}", "Messages received.");

    internal static readonly Counter<long> Succeeded = Meter.CreateCounter<long>(
        "eventide.messages.succeeded", "{message}", "Attempts in which the handler succeeded.");

    internal static readonly Counter<long> Failed = Meter.CreateCounter<long>(
        "eventide.messages.failed", "{message}", "Attempts in which the handler failed.");

    internal static readonly Counter<long> Retried = Meter.CreateCounter<long>(
        "eventide.messages.retried", "{message}", "Messages to be run again after a failure.");

    internal static readonly Counter<long> DeadLettered = Meter.CreateCounter<long>(
        "eventide.messages.dead_lettered", "{message}", "Messages given up and moved to a dead-letter queue.");

    internal static readonly Counter<long> DeadLetterFailed = Meter.CreateCounter<long>(
        "eventide.messages.dead_letter_failed", "{message}", "Messages that should have been dead-lettered and are still in their queue.");

    internal static readonly Counter<long> Unmatched = Meter.CreateCounter<long>(
        "eventide.messages.unmatched", "{message}", "Messages that no handler took.");

    internal static readonly Counter<long> Released = Meter.CreateCounter<long>(
        "eventide.messages.released", "{message}", "Messages given back to their queue other than for a retry.");

    internal static readonly Counter<long> LeaseLost = Meter.CreateCounter<long>(
        "eventide.leases.lost", "{message}", "Messages whose lease was lost before they were settled.");

    internal static readonly Counter<long> AcknowledgeFailed = Meter.CreateCounter<long>(
        "eventide.acknowledgements.failed", "{message}", "Messages that were done and could not be acknowledged.");

    internal static readonly Counter<long> RuleErrors = Meter.CreateCounter<long>(
        "eventide.rules.errors", "{error}", "Rules that failed on a message.");

    internal static readonly Counter<long> StuckHandlers = Meter.CreateCounter<long>(
        "eventide.handlers.stuck", "{handler}", "Handlers that went on after their token was cancelled.");

    internal static readonly Histogram<double> HandlerDuration = Meter.CreateHistogram<double>(
        "messaging.process.duration", "s", "How long attempts ran.");

    internal static readonly Histogram<double> Wait = Meter.CreateHistogram<double>(
        "eventide.messages.wait", "s", "From enqueueing to the start of an attempt.");
}
