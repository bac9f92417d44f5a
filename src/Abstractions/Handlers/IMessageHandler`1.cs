namespace Eventide;

/// <summary>Handles messages whose body is read as a <typeparamref name="TBody"/> with System.Text.Json. Made as
/// <see cref="IMessageHandler"/> says.</summary>
/// <typeparam name="TBody">The type of the body. A body that cannot be read as one, or is <c>null</c>, is dead-lettered at once, since no retry can mend it.</typeparam>
public interface IMessageHandler<in TBody>
{
    /// <summary>Handles one message. Returning says what to do with it; throwing means it failed and may be retried.</summary>
    /// <param name="body">The body as read.</param>
    /// <param name="message">The message it came in.</param>
    /// <param name="cancellationToken">Cancelled at the handler's timeout, when the message's lease is lost, and when
    /// the worker's drain time is over.</param>
    /// <returns>What to do with the message; <see cref="HandlerResult.Success"/> when all is done.</returns>
    Task<HandlerResult> HandleAsync(TBody body, Message message, CancellationToken cancellationToken);
}
