using Eventide.Queues;

namespace Eventide.Orleans.Tests;

/// <summary>One silo's connection to the memory queues, which can be cut: then nothing of that silo reaches a queue any more, as when
/// its process has been killed.</summary>
internal sealed class CuttableProvider(MemoryBroker broker) : IQueueProvider
{
    private readonly MemoryQueueProvider _inner = new(broker);
    private volatile bool _isCut;

    public string UriForm => _inner.UriForm;

    public void Cut() => _isCut = true;

    public bool Handles(QueueUri uri) => _inner.Handles(uri);

    public async ValueTask<IQueueReceiver> OpenReceiverAsync(QueueUri uri, CancellationToken cancellationToken) =>
        new Receiver(await _inner.OpenReceiverAsync(uri, cancellationToken), this);

    public ValueTask<IQueueSender> OpenSenderAsync(QueueUri uri, CancellationToken cancellationToken) => _inner.OpenSenderAsync(uri, cancellationToken);

    public ValueTask<IQueueAdmin?> OpenAdminAsync(QueueUri uri, CancellationToken cancellationToken) => _inner.OpenAdminAsync(uri, cancellationToken);

    private void Check()
    {
        if (_isCut)
        {
            throw new QueueException("memory", "the connection is cut", isTransient: true);
        }
    }

    private sealed class Receiver(IQueueReceiver inner, CuttableProvider owner) : IQueueReceiver
    {
        public string Name => inner.Name;

        public QueueLimits Limits => inner.Limits;

        public ValueTask<ReceivedBatch> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken)
        {
            owner.Check();

            // A short poll: one under way when the connection is cut would still take messages.
            return inner.ReceiveAsync(request with { Wait = TimeSpan.FromMilliseconds(50) }, cancellationToken);
        }

        public ValueTask<SettleReport> AcknowledgeAsync(IReadOnlyList<LeasedMessage> messages, CancellationToken cancellationToken)
        {
            owner.Check();
            return inner.AcknowledgeAsync(messages, cancellationToken);
        }

        public ValueTask<SettleReport> ReleaseAsync(IReadOnlyList<Release> releases, CancellationToken cancellationToken)
        {
            owner.Check();
            return inner.ReleaseAsync(releases, cancellationToken);
        }

        public ValueTask<SettleReport> ExtendAsync(IReadOnlyList<LeasedMessage> messages, TimeSpan lease, CancellationToken cancellationToken)
        {
            owner.Check();
            return inner.ExtendAsync(messages, lease, cancellationToken);
        }

        public ValueTask DisposeAsync() => owner._isCut ? ValueTask.CompletedTask : inner.DisposeAsync();
    }
}
