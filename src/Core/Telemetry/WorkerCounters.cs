using System.Diagnostics;

namespace Eventide;

/// <summary>Counts what one queue's worker does, for its own statistics and for the meter.</summary>
internal sealed class WorkerCounters(string queue)
{
    private readonly KeyValuePair<string, object?> _queue = new("messaging.destination.name", queue);
    private long _received, _succeeded, _failed, _retried, _deadLettered, _unmatched, _released, _leaseLost, _acknowledgeFailed, _deadLetterFailed, _ruleErrors, _stuck;

    public long DeadLetteredCount => Volatile.Read(ref _deadLettered);

    public void Received(int count)
    {
        Interlocked.Add(ref _received, count);
        EventideTelemetry.Received.Add(count, _queue);
    }

    public void Succeeded(string handler)
    {
        Interlocked.Increment(ref _succeeded);
        MeterSucceeded(handler);
    }

    /// <summary>Tells the meter of a success that <see cref="CountSucceeded"/> counts later, with others.</summary>
    public void MeterSucceeded(string handler)
    {
        if (EventideTelemetry.Succeeded.Enabled)
        {
            EventideTelemetry.Succeeded.Add(1, _queue, Handler(handler));
        }
    }

    public void CountSucceeded(int count) => Interlocked.Add(ref _succeeded, count);

    public void Failed(HandlerFailure failure)
    {
        Interlocked.Increment(ref _failed);
        EventideTelemetry.Failed.Add(1, _queue, Handler(failure.Handler), new("error.type", ErrorType(failure)));
    }

    public void Retried(string? handler)
    {
        Interlocked.Increment(ref _retried);
        EventideTelemetry.Retried.Add(1, _queue, Handler(handler));
    }

    public void DeadLettered(HandlerFailure failure)
    {
        Interlocked.Increment(ref _deadLettered);
        EventideTelemetry.DeadLettered.Add(1, _queue, Handler(failure.Handler), new("error.type", ErrorType(failure)));
    }

    public void DeadLetterFailed()
    {
        Interlocked.Increment(ref _deadLetterFailed);
        EventideTelemetry.DeadLetterFailed.Add(1, _queue);
    }

    public void Unmatched()
    {
        Interlocked.Increment(ref _unmatched);
        EventideTelemetry.Unmatched.Add(1, _queue);
    }

    public void Released(int count = 1)
    {
        Interlocked.Add(ref _released, count);
        EventideTelemetry.Released.Add(count, _queue);
    }

    public void LeaseLost()
    {
        Interlocked.Increment(ref _leaseLost);
        EventideTelemetry.LeaseLost.Add(1, _queue);
    }

    public void AcknowledgeFailed()
    {
        Interlocked.Increment(ref _acknowledgeFailed);
        EventideTelemetry.AcknowledgeFailed.Add(1, _queue);
    }

    public void RuleError(string handler)
    {
        Interlocked.Increment(ref _ruleErrors);
        EventideTelemetry.RuleErrors.Add(1, _queue, Handler(handler));
    }

    public void Stuck(string handler)
    {
        Interlocked.Increment(ref _stuck);
        EventideTelemetry.StuckHandlers.Add(1, _queue, Handler(handler));
    }

    public void Duration(string handler, TimeSpan duration) =>
        EventideTelemetry.HandlerDuration.Record(duration.TotalSeconds, _queue, Handler(handler));

    public void Wait(TimeSpan wait) => EventideTelemetry.Wait.Record(Math.Max(0, wait.TotalSeconds), _queue);

    public WorkerStats Snapshot(long inFlight, long buffered, QueueStats? backlog) => new()
    {
        Queue = queue,
        Received = Volatile.Read(ref _received),
        Succeeded = Volatile.Read(ref _succeeded),
        Failed = Volatile.Read(ref _failed),
        Retried = Volatile.Read(ref _retried),
        DeadLettered = Volatile.Read(ref _deadLettered),
        Unmatched = Volatile.Read(ref _unmatched),
        Released = Volatile.Read(ref _released),
        LeaseLost = Volatile.Read(ref _leaseLost),
        AcknowledgeFailed = Volatile.Read(ref _acknowledgeFailed),
        DeadLetterFailed = Volatile.Read(ref _deadLetterFailed),
        RuleErrors = Volatile.Read(ref _ruleErrors),
        Stuck = Volatile.Read(ref _stuck),
        InFlight = inFlight,
        Buffered = buffered,
        Backlog = backlog,
    };

    private static KeyValuePair<string, object?> Handler(string? name) => new("eventide.handler", name ?? "(none)");

    private static string ErrorType(HandlerFailure failure) => failure.Exception?.GetType().FullName ?? failure.Kind.ToString();
}
