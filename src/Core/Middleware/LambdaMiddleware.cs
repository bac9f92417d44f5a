namespace Eventide;

internal sealed class LambdaMiddleware(Func<MessageContext, MessageDelegate, Task<HandlerResult>> invoke) : IMessageMiddleware
{
    public Task<HandlerResult> InvokeAsync(MessageContext context, MessageDelegate next) => invoke(context, next);
}
