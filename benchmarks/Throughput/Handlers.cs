namespace Eventide.Benchmarks.Throughput;

/// <summary>Handlers that do nothing, behind rules as people write them: what is measured is all that Eventide does.</summary>
[Handler("body.type == 'order' && body.total > 100", Order = 1)]
public sealed class LargeOrders : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken) => HandlerResult.Done;
}

[Handler("body.type == 'order'", Order = 2)]
public sealed class Orders : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken) => HandlerResult.Done;
}

[Handler("contains(body.tags, 'urgent')", Order = 3)]
public sealed class Urgent : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken) => HandlerResult.Done;
}

[Handler(Order = 4)]
public sealed class Rest : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken) => HandlerResult.Done;
}
