namespace Eventide;

/// <summary>Code around every handler: it may act before and after, change the result, or not go on at all.</summary>
public interface IMessageMiddleware
{
    /// <summary>Runs one attempt by calling <paramref name="next"/>, or answers in its place.</summary>
    /// <param name="context">The attempt.</param>
    /// <param name="next">The next piece of middleware, at last the handler.</param>
    /// <returns>The result of the attempt.</returns>
    Task<HandlerResult> InvokeAsync(MessageContext context, MessageDelegate next);
}
