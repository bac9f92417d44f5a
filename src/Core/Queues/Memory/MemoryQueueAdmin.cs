namespace Eventide.Queues;

internal sealed class MemoryQueueAdmin(MemoryQueue queue) : IQueueAdmin
{
    public ValueTask<QueueStats> GetStatsAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(queue.GetStats());
    }

    public ValueTask<IReadOnlyList<Message>> PeekAsync(int max, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(max);
        cancellationToken.ThrowIfCancellationRequested();
        return new(queue.Peek(max));
    }

    public ValueTask<long?> PurgeAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(queue.Purge());
    }

    public ValueTask<bool> CreateAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(queue.MarkCreated());
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
