using System.Diagnostics.Metrics;

namespace Eventide.Queues.Sqs;

/// <summary>The provider's own counters, of the meter <c>Eventide</c>.</summary>
internal static class SqsMetrics
{
    private static readonly Meter Meter = new("Eventide", typeof(SqsMetrics).Assembly.GetName().Version?.ToString(3));

    /// <summary>Calls to SQS, by <c>action</c> and <c>queue</c>: what SQS bills (each 64 KiB of a call is one request).</summary>
    public static readonly Counter<long> Calls = Meter.CreateCounter<long>("eventide.sqs.calls", "{call}", "Calls to SQS, by action; the SDK's retries of a call not counted.");

    /// <summary>Messages and replies whose MD5 differs.</summary>
    public static readonly Counter<long> Damaged = Meter.CreateCounter<long>("eventide.sqs.damaged", "{message}", "Messages whose MD5 differs from the one SQS tells.");
}
