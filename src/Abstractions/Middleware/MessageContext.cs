namespace Eventide;

/// <summary>One attempt of one handler at one message, as middleware sees it.</summary>
public sealed class MessageContext
{
    private Dictionary<object, object?>? _items;

    /// <summary>Creates the context of one attempt.</summary>
    /// <param name="message">The message.</param>
    /// <param name="handler">The name of the handler.</param>
    /// <param name="services">The services of this attempt.</param>
    /// <param name="cancellationToken">Cancelled at the timeout, on a lost lease and at the end of the drain time.</param>
    public MessageContext(Message message, string handler, IServiceProvider services, CancellationToken cancellationToken)
    {
        Message = message;
        Handler = handler;
        Services = services;
        CancellationToken = cancellationToken;
    }

    /// <summary>The message.</summary>
    public Message Message { get; }

    /// <summary>The name of the handler.</summary>
    public string Handler { get; }

    /// <summary>The services of this attempt.</summary>
    public IServiceProvider Services { get; }

    /// <summary>Cancelled at the timeout, on a lost lease and at the end of the drain time.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>What pieces of middleware leave for each other during this attempt.</summary>
    public IDictionary<object, object?> Items => _items ??= [];
}
