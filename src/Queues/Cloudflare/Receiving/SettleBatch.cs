namespace Eventide.Queues.Cloudflare.Receiving;

/// <summary>The batch of one caller, whose leases may travel in several requests, beside those of other callers.</summary>
internal sealed class SettleBatch(int count)
{
    private readonly Lock _lock = new();
    private readonly List<SettleFailure> _failures = [];
    private readonly TaskCompletionSource<SettleReport> _report = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _done;
    private int _notAsked;
    private QueueException? _error;

    public Task<SettleReport> Task => _report.Task;

    /// <summary>The caller gave up: what has not been sent need not be.</summary>
    public volatile bool IsAbandoned;

    public void Succeed() => Finish(null, null);

    public void Fail(SettleFailure failure) => Finish(failure, null);

    /// <summary>The request that carried the lease failed as a whole.</summary>
    public void Fail(int index, QueueException error) =>
        Finish(new SettleFailure(index, error.IsTransient ? SettleFailureKind.Transient : SettleFailureKind.Permanent, error.Message), error);

    private void Finish(SettleFailure? failure, QueueException? error)
    {
        lock (_lock)
        {
            if (failure is { } one)
            {
                _failures.Add(one);
            }

            if (error is not null)
            {
                _notAsked++;
                _error = error;
            }

            if (++_done < count)
            {
                return;
            }
        }

        if (_error is not null && _notAsked == count)
        {
            _report.SetException(_error);
        }
        else
        {
            _failures.Sort((a, b) => a.Index.CompareTo(b.Index));
            _report.SetResult(new SettleReport(_failures));
        }
    }
}
