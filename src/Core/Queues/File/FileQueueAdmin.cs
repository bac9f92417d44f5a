namespace Eventide.Queues;

/// <summary>Looks at a file by reading it anew, so that no receiver's place in it is touched.</summary>
internal sealed class FileQueueAdmin(FileQueue queue, FileQueueOptions options) : IQueueAdmin
{
    // A file answers at once; only a named pipe makes us wait.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public async ValueTask<QueueStats> GetStatsAsync(CancellationToken cancellationToken) =>
        new() { Ready = await CountAsync(cancellationToken), InFlight = 0, Delayed = 0 };

    public async ValueTask<IReadOnlyList<Message>> PeekAsync(int max, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(max);
        var messages = new List<Message>();
        await using var receiver = queue.OpenReceiver();
        var isLast = max == 0;
        while (!isLast && messages.Count < max)
        {
            var count = Math.Min(max - messages.Count, receiver.Limits.MaxReceiveBatch);
            var batch = await receiver.ReceiveAsync(new ReceiveRequest(count, Patience, TimeSpan.Zero), cancellationToken);
            messages.AddRange(batch.Messages.Select(static m => m.Message));
            await receiver.AcknowledgeAsync(batch.Messages, cancellationToken);
            isLast = batch.IsLast;
        }

        return messages;
    }

    public async ValueTask<long?> PurgeAsync(CancellationToken cancellationToken)
    {
        var count = await CountAsync(cancellationToken);
        try
        {
            using var handle = File.OpenHandle(queue.Path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.SetLength(handle, 0);
            if (options.FlushToDisk)
            {
                RandomAccess.FlushToDisk(handle);
            }
        }
        catch (Exception e) when (FileErrors.IsOne(e))
        {
            throw FileErrors.Opening(queue.Path, "emptying", e);
        }

        return count;
    }

    public ValueTask<bool> CreateAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (File.Exists(queue.Path))
        {
            return new(false);
        }

        try
        {
            File.OpenHandle(queue.Path, FileMode.CreateNew, FileAccess.Write).Dispose();
            return new(true);
        }
        catch (IOException) when (File.Exists(queue.Path))
        {
            // Somebody else was faster.
            return new(false);
        }
        catch (Exception e) when (FileErrors.IsOne(e))
        {
            throw FileErrors.Opening(queue.Path, "writing", e);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async ValueTask<long> CountAsync(CancellationToken cancellationToken)
    {
        var count = 0L;
        await using var receiver = queue.OpenReceiver();
        var batch = ReceivedBatch.Empty;
        while (!batch.IsLast)
        {
            batch = await receiver.ReceiveAsync(new ReceiveRequest(receiver.Limits.MaxReceiveBatch, Patience, TimeSpan.Zero), cancellationToken);
            count += batch.Messages.Count;
            await receiver.AcknowledgeAsync(batch.Messages, cancellationToken);
        }

        return count;
    }
}
