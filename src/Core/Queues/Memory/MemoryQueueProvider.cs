namespace Eventide.Queues;

/// <summary>Opens <c>memory:name</c>: queues that live in this process and end with it, for tests, samples and passing work
/// between the parts of one program.</summary>
public sealed class MemoryQueueProvider : IQueueProvider
{
    private readonly MemoryBroker _broker;

    /// <summary>Creates a provider.</summary>
    /// <param name="broker">Whose queues are opened; <see cref="MemoryBroker.Default"/> by default.</param>
    public MemoryQueueProvider(MemoryBroker? broker = null) => _broker = broker ?? MemoryBroker.Default;

    /// <inheritdoc/>
    public string UriForm => "memory:name";

    /// <inheritdoc/>
    public bool Handles(QueueUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return uri.Scheme == "memory";
    }

    /// <inheritdoc/>
    public ValueTask<IQueueReceiver> OpenReceiverAsync(QueueUri uri, CancellationToken cancellationToken) =>
        new(Find(uri, cancellationToken).OpenReceiver());

    /// <inheritdoc/>
    public ValueTask<IQueueSender> OpenSenderAsync(QueueUri uri, CancellationToken cancellationToken) =>
        new(Find(uri, cancellationToken).OpenSender());

    /// <inheritdoc/>
    public ValueTask<IQueueAdmin?> OpenAdminAsync(QueueUri uri, CancellationToken cancellationToken) =>
        new(Find(uri, cancellationToken).OpenAdmin());

    private MemoryQueue Find(QueueUri uri, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(uri);
        cancellationToken.ThrowIfCancellationRequested();
        if (!Handles(uri) || uri.Host.Length > 0 || string.IsNullOrWhiteSpace(uri.Path))
        {
            throw new FormatException($"'{uri}' does not name a memory queue; expected '{UriForm}', as in 'memory:orders'.");
        }

        if (uri.Options.Count > 0)
        {
            throw new FormatException($"'{uri}' has the option '{uri.Options.Keys.First()}', but a memory queue takes none in its URI; set MemoryQueueOptions in code.");
        }

        return _broker.GetQueue(uri.Path);
    }
}
