using Eventide.Queues;

namespace Eventide.Orleans.Tests;

/// <summary>One silo's connection to the memory queues, which ends when its cord is cut.</summary>
internal sealed class CuttableProvider(MemoryBroker broker, SiloCord cord) : IQueueProvider
{
    private readonly MemoryQueueProvider _inner = new(broker);

    public string UriForm => _inner.UriForm;

    public bool Handles(QueueUri uri) => _inner.Handles(uri);

    public async ValueTask<IQueueReceiver> OpenReceiverAsync(QueueUri uri, CancellationToken cancellationToken) =>
        new Receiver(await _inner.OpenReceiverAsync(uri, cancellationToken), cord);

    public async ValueTask<IQueueSender> OpenSenderAsync(QueueUri uri, CancellationToken cancellationToken) =>
        new Sender(await _inner.OpenSenderAsync(uri, cancellationToken), cord);

    public ValueTask<IQueueAdmin?> OpenAdminAsync(QueueUri uri, CancellationToken cancellationToken) => _inner.OpenAdminAsync(uri, cancellationToken);

    private sealed class Receiver(IQueueReceiver inner, SiloCord cord) : IQueueReceiver
    {
        public string Name => inner.Name;

        public QueueLimits Limits => inner.Limits;

        public ValueTask<ReceivedBatch> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken)
        {
            cord.Check();

            // A short poll: one under way when the connection is cut would still take messages.
            return inner.ReceiveAsync(request with { Wait = TimeSpan.FromMilliseconds(50) }, cancellationToken);
        }

        public ValueTask<SettleReport> AcknowledgeAsync(IReadOnlyList<LeasedMessage> messages, CancellationToken cancellationToken)
        {
            cord.Check();
            return inner.AcknowledgeAsync(messages, cancellationToken);
        }

        public ValueTask<SettleReport> ReleaseAsync(IReadOnlyList<Release> releases, CancellationToken cancellationToken)
        {
            cord.Check();
            return inner.ReleaseAsync(releases, cancellationToken);
        }

        public ValueTask<SettleReport> ExtendAsync(IReadOnlyList<LeasedMessage> messages, TimeSpan lease, CancellationToken cancellationToken)
        {
            cord.Check();
            return cord.Leases.ExtendAsync(inner, messages, lease, cancellationToken);
        }

        public ValueTask DisposeAsync() => cord.IsCut ? ValueTask.CompletedTask : inner.DisposeAsync();
    }

    private sealed class Sender(IQueueSender inner, SiloCord cord) : IQueueSender
    {
        public string Name => inner.Name;

        public QueueLimits Limits => inner.Limits;

        public ValueTask<IReadOnlyList<SendResult>> SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken)
        {
            cord.Check();
            return inner.SendAsync(messages, cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
