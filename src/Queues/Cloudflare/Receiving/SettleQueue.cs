namespace Eventide.Queues.Cloudflare.Receiving;

/// <summary>Puts acknowledgements and retries into as few requests as possible without holding any back: the first is sent at once, and what
/// arrives while a request is under way goes with the next. Only full requests are sent beside one another.</summary>
/// <remarks>One request carries both kinds, so a message handled and another released at the same moment cost one round trip.</remarks>
internal sealed class SettleQueue(Func<IReadOnlyList<SettleEntry>, Task> send)
{
    /// <summary>How many full requests may be under way at once.</summary>
    private const int MaxConcurrent = 4;

    private readonly Lock _lock = new();
    private readonly Queue<SettleEntry> _waiting = new();
    private TaskCompletionSource? _idle;
    private int _underWay;

    /// <summary>Sends leases, and says how it went once each has been answered for.</summary>
    /// <param name="leases">The leases; no delay means acknowledged.</param>
    /// <param name="cancellationToken">Stops waiting; what has not been sent by then is not sent.</param>
    public async Task<SettleReport> AddAsync(IReadOnlyList<(string? LeaseId, TimeSpan? Delay)> leases, CancellationToken cancellationToken)
    {
        var batch = new SettleBatch(leases.Count);
        lock (_lock)
        {
            for (var i = 0; i < leases.Count; i++)
            {
                if (leases[i].LeaseId is { } id)
                {
                    _waiting.Enqueue(new SettleEntry(batch, i, id, leases[i].Delay));
                }
                else
                {
                    batch.Fail(new SettleFailure(i, SettleFailureKind.Permanent, "The server gave no lease id with this message; it comes back by itself."));
                }
            }
        }

        Pump();
        try
        {
            return await batch.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // How it went is nobody's business any more; a failure must not turn up as an unobserved one.
            batch.IsAbandoned = true;
            _ = batch.Task.ContinueWith(t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
    }

    /// <summary>Ends once nothing waits and nothing is under way.</summary>
    public Task WhenIdleAsync()
    {
        lock (_lock)
        {
            return _underWay == 0 ? Task.CompletedTask : (_idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    private void Pump()
    {
        while (TryTake() is { } entries)
        {
            _ = SendAsync(entries);
        }
    }

    private List<SettleEntry>? TryTake()
    {
        lock (_lock)
        {
            var mayStart = _underWay == 0 || (_underWay < MaxConcurrent && _waiting.Count >= CloudflareLimits.BatchMessages);
            if (!mayStart)
            {
                return null;
            }

            var entries = new List<SettleEntry>(Math.Min(_waiting.Count, CloudflareLimits.BatchMessages));
            while (entries.Count < CloudflareLimits.BatchMessages && _waiting.TryDequeue(out var entry))
            {
                if (!entry.Batch.IsAbandoned)
                {
                    entries.Add(entry);
                }
            }

            if (entries.Count == 0)
            {
                return null;
            }

            _underWay++;
            return entries;
        }
    }

    private async Task SendAsync(List<SettleEntry> entries)
    {
        try
        {
            await send(entries);
        }
        finally
        {
            lock (_lock)
            {
                _underWay--;
            }

            Pump();
            TaskCompletionSource? idle = null;
            lock (_lock)
            {
                if (_underWay == 0)
                {
                    (idle, _idle) = (_idle, null);
                }
            }

            idle?.SetResult();
        }
    }
}
