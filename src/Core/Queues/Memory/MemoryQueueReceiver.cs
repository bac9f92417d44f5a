namespace Eventide.Queues;

internal sealed class MemoryQueueReceiver(MemoryQueue queue) : IQueueReceiver
{
    private readonly CancellationTokenSource _disposal = new();

    public string Name => queue.Name;

    public QueueLimits Limits => queue.Limits;

    public ValueTask<ReceivedBatch> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposal.IsCancellationRequested, this);
        Check(request);
        cancellationToken.ThrowIfCancellationRequested();
        if (queue.TryReceive(request) is { } messages)
        {
            return new(new ReceivedBatch(messages));
        }

        return request.Wait <= TimeSpan.Zero ? new(ReceivedBatch.Empty) : new(WaitAsync(request, cancellationToken));
    }

    public ValueTask<SettleReport> AcknowledgeAsync(IReadOnlyList<LeasedMessage> messages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        BatchSize.Check(messages.Count, Limits.MaxSettleBatch, nameof(messages));
        cancellationToken.ThrowIfCancellationRequested();
        return new(queue.Acknowledge(messages));
    }

    public ValueTask<SettleReport> ReleaseAsync(IReadOnlyList<Release> releases, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(releases);
        BatchSize.Check(releases.Count, Limits.MaxSettleBatch, nameof(releases));
        cancellationToken.ThrowIfCancellationRequested();
        return new(queue.Release(releases));
    }

    public ValueTask<SettleReport> ExtendAsync(IReadOnlyList<LeasedMessage> messages, TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        BatchSize.Check(messages.Count, Limits.MaxSettleBatch, nameof(messages));
        CheckLease(lease, nameof(lease));
        cancellationToken.ThrowIfCancellationRequested();
        return new(queue.Extend(messages, lease));
    }

    public async ValueTask DisposeAsync()
    {
        // What is unsettled stays leased until its lease ends, as with any consumer that goes away. The source itself
        // holds nothing to dispose of, and a receive that is being cancelled may still ask it.
        await _disposal.CancelAsync();
    }

    private async Task<ReceivedBatch> WaitAsync(ReceiveRequest request, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposal.Token);
        var started = queue.Time.GetTimestamp();
        while (true)
        {
            var waiter = new MemoryWaiter();
            if (queue.TryReceiveOrWait(request, waiter) is { } messages)
            {
                return new ReceivedBatch(messages);
            }

            var left = request.Wait - queue.Time.GetElapsedTime(started);
            if (left > TimeSpan.Zero)
            {
                // The outcome is read off below: the end of the wait is no error, and a cancellation must first give up the place in line.
                await waiter.Woken.WaitAsync(left, queue.Time, either.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }

            queue.StopWaiting(waiter);
            cancellationToken.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(either.IsCancellationRequested, this);
            if (queue.TryReceive(request) is { } late)
            {
                return new ReceivedBatch(late);
            }

            if (queue.Time.GetElapsedTime(started) >= request.Wait)
            {
                return ReceivedBatch.Empty;
            }
        }
    }

    private void Check(ReceiveRequest request)
    {
        if (request.MaxMessages < 1 || request.MaxMessages > Limits.MaxReceiveBatch)
        {
            throw new ArgumentOutOfRangeException(nameof(request), request.MaxMessages, $"One receive brings from 1 to {Limits.MaxReceiveBatch} messages.");
        }

        if (request.Wait < TimeSpan.Zero || request.Wait > Limits.MaxWait)
        {
            throw new ArgumentOutOfRangeException(nameof(request), request.Wait, $"One receive waits from zero to {Limits.MaxWait}.");
        }

        CheckLease(request.Lease, nameof(request));
    }

    private void CheckLease(TimeSpan lease, string name)
    {
        if (lease <= TimeSpan.Zero || lease > Limits.MaxLease)
        {
            throw new ArgumentOutOfRangeException(name, lease, $"A lease lasts above zero and at most {Limits.MaxLease}.");
        }
    }
}
