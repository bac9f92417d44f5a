namespace Eventide;

/// <summary>Handles the messages that its rules choose. A class without constructor parameters is made once and serves many messages at
/// once; one with constructor parameters is made for each attempt, in a scope of its own. A registration of your own decides otherwise.</summary>
public interface IMessageHandler
{
    /// <summary>Handles one message. Returning says what to do with it; throwing means it failed and may be retried.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Cancelled at the handler's timeout, when the message's lease is lost, and when
    /// the worker's drain time is over.</param>
    /// <returns>What to do with the message; <see cref="HandlerResult.Success"/> when all is done.</returns>
    Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken);
}
