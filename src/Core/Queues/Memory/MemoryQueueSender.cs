namespace Eventide.Queues;

internal sealed class MemoryQueueSender(MemoryQueue queue) : IQueueSender
{
    private bool _disposed;

    public string Name => queue.Name;

    public QueueLimits Limits => queue.Limits;

    public ValueTask<IReadOnlyList<SendResult>> SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(messages);
        BatchSize.Check(messages.Count, Limits.MaxSendBatch, nameof(messages));
        cancellationToken.ThrowIfCancellationRequested();
        return new(queue.Send(messages));
    }

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return ValueTask.CompletedTask;
    }
}
