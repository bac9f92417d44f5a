namespace Eventide;

/// <summary>Opens queues named by a URI. Registered once for each kind of queue.</summary>
public interface IQueueProvider
{
    /// <summary>The forms of URI that this provider opens, for messages to people: <c>memory:name</c>.</summary>
    string UriForm { get; }

    /// <summary>Whether a URI names a queue of this kind. Looks at the text alone.</summary>
    /// <param name="uri">The URI.</param>
    bool Handles(QueueUri uri);

    /// <summary>Opens a queue for receiving.</summary>
    /// <param name="uri">The queue.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The receiver, the caller's to dispose.</returns>
    /// <exception cref="QueueException">The queue cannot be opened.</exception>
    /// <exception cref="FormatException">The URI is not of the provider's form; the message says what is.</exception>
    ValueTask<IQueueReceiver> OpenReceiverAsync(QueueUri uri, CancellationToken cancellationToken);

    /// <summary>Opens a queue for sending.</summary>
    /// <param name="uri">The queue.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The sender, the caller's to dispose.</returns>
    /// <exception cref="QueueException">The queue cannot be opened.</exception>
    /// <exception cref="FormatException">The URI is not of the provider's form; the message says what is.</exception>
    ValueTask<IQueueSender> OpenSenderAsync(QueueUri uri, CancellationToken cancellationToken);

    /// <summary>Opens a queue for looking at it and after it.</summary>
    /// <param name="uri">The queue.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The way in, the caller's to dispose, or <see langword="null"/> where this kind of queue has none.</returns>
    /// <exception cref="QueueException">The queue cannot be opened.</exception>
    /// <exception cref="FormatException">The URI is not of the provider's form; the message says what is.</exception>
    ValueTask<IQueueAdmin?> OpenAdminAsync(QueueUri uri, CancellationToken cancellationToken) => new((IQueueAdmin?)null);
}
