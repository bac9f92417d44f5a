namespace Eventide;

/// <summary>Opens queues by URI with whatever providers there are.</summary>
public sealed class QueueConnector
{
    private readonly IQueueProvider[] _providers;

    /// <summary>Gathers the providers.</summary>
    /// <param name="providers">The providers; of two that open the same URI, the one added last wins.</param>
    public QueueConnector(IEnumerable<IQueueProvider> providers) => _providers = [.. providers.Reverse()];

    /// <summary>Opens a queue for receiving.</summary>
    /// <param name="uri">The queue.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FormatException">No provider opens such a URI, or it is not of the provider's form.</exception>
    /// <exception cref="QueueException">The queue cannot be opened.</exception>
    public ValueTask<IQueueReceiver> OpenReceiverAsync(QueueUri uri, CancellationToken cancellationToken) =>
        ProviderOf(uri).OpenReceiverAsync(uri, cancellationToken);

    /// <summary>Opens a queue for sending.</summary>
    /// <param name="uri">The queue.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FormatException">No provider opens such a URI, or it is not of the provider's form.</exception>
    /// <exception cref="QueueException">The queue cannot be opened.</exception>
    public ValueTask<IQueueSender> OpenSenderAsync(QueueUri uri, CancellationToken cancellationToken) =>
        ProviderOf(uri).OpenSenderAsync(uri, cancellationToken);

    /// <summary>Opens a queue for looking at it and after it.</summary>
    /// <param name="uri">The queue.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The way in, or <see langword="null"/> where this kind of queue has none.</returns>
    /// <exception cref="FormatException">No provider opens such a URI, or it is not of the provider's form.</exception>
    /// <exception cref="QueueException">The queue cannot be opened.</exception>
    public ValueTask<IQueueAdmin?> OpenAdminAsync(QueueUri uri, CancellationToken cancellationToken) =>
        ProviderOf(uri).OpenAdminAsync(uri, cancellationToken);

    private IQueueProvider ProviderOf(QueueUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return Array.Find(_providers, p => p.Handles(uri)) ?? throw new FormatException(
            $"No queue provider opens '{uri}'; expected one of: {string.Join(", ", _providers.Reverse().Select(p => p.UriForm))}.");
    }
}
