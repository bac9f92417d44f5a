namespace Eventide.Core.Tests.Queues.Example;

internal sealed class SpoolReceiver(SpoolDirectory directory) : IQueueReceiver
{
    public string Name => directory.Name;

    public QueueLimits Limits => SpoolDirectory.Limits;

    public ValueTask<ReceivedBatch> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken)
    {
        // Before anything is taken: once it is, it is returned, so that a cancellation loses nothing.
        // [provider-receive]
        cancellationToken.ThrowIfCancellationRequested();
        var messages = new List<LeasedMessage>();
        foreach (var name in directory.DueFiles())
        {
            var attempt = SpoolDirectory.AttemptOf(name) + 1;
            if (directory.TryMove(name, request.Lease, attempt) is { } leased)
            {
                messages.Add(new LeasedMessage(directory.Read(leased, attempt), new SpoolReceipt(leased)));
            }

            if (messages.Count == request.MaxMessages)
            {
                break;
            }
        }

        return new(new ReceivedBatch(messages));
        // [/provider-receive]
    }

    public ValueTask<SettleReport> AcknowledgeAsync(IReadOnlyList<LeasedMessage> messages, CancellationToken cancellationToken) =>
        SettleAsync(messages, m => directory.TryDelete(Receipt(m).Name), cancellationToken);

    public ValueTask<SettleReport> ReleaseAsync(IReadOnlyList<Release> releases, CancellationToken cancellationToken) =>
        SettleAsync(
            releases,
            r => directory.TryMove(Receipt(r.Leased).Name, r.Delay, r.Leased.Message.Attempt - (r.Uncounted ? 1 : 0)) is not null,
            cancellationToken);

    public ValueTask<SettleReport> ExtendAsync(IReadOnlyList<LeasedMessage> messages, TimeSpan lease, CancellationToken cancellationToken) =>
        SettleAsync(
            messages,
            m =>
            {
                if (directory.TryMove(Receipt(m).Name, lease, m.Message.Attempt) is not { } renewed)
                {
                    return false;
                }

                Receipt(m).Name = renewed;
                return true;
            },
            cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static SpoolReceipt Receipt(LeasedMessage message) => (SpoolReceipt)message.Receipt!;

    private static ValueTask<SettleReport> SettleAsync<T>(IReadOnlyList<T> batch, Func<T, bool> settle, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        List<SettleFailure> failures = [];
        for (var i = 0; i < batch.Count; i++)
        {
            try
            {
                if (!settle(batch[i]))
                {
                    // Another consumer has renamed the file after our lease ran out, or it was settled before.
                    failures.Add(new SettleFailure(i, SettleFailureKind.LeaseLost, "The message's file has gone."));
                }
            }
            catch (IOException e)
            {
                failures.Add(new SettleFailure(i, SettleFailureKind.Transient, e.Message));
            }
        }

        return new(new SettleReport(failures));
    }
}
