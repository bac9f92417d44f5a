using Microsoft.Extensions.DependencyInjection;

namespace Eventide;

/// <summary>One handler with the middleware around it, ready to be called. Both engines call handlers through it.</summary>
public sealed class HandlerPipeline
{
    private readonly MessageDelegate _run;
    private readonly IServiceProvider _services;
    private readonly IServiceScopeFactory? _scopes;

    /// <summary>Builds the way to a handler.</summary>
    /// <param name="descriptor">The handler.</param>
    /// <param name="middleware">The middleware, the outermost first.</param>
    /// <param name="services">The host's services.</param>
    public HandlerPipeline(HandlerDescriptor descriptor, IEnumerable<IMessageMiddleware> middleware, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        ArgumentNullException.ThrowIfNull(middleware);
        ArgumentNullException.ThrowIfNull(services);
        Descriptor = descriptor;
        _services = services;

        var run = descriptor.Create(services);
        var wrapped = false;
        foreach (var layer in middleware.Reverse())
        {
            var inner = run;
            run = context => layer.InvokeAsync(context, inner);
            wrapped = true;
        }

        _run = run;
        _scopes = descriptor.NeedsScope || wrapped ? services.GetRequiredService<IServiceScopeFactory>() : null;
    }

    /// <summary>The handler.</summary>
    public HandlerDescriptor Descriptor { get; }

    /// <summary>Runs one attempt.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Asks the handler to stop.</param>
    /// <returns>What the handler said; whatever it throws comes out of the task or of the call itself.</returns>
    public Task<HandlerResult> InvokeAsync(Message message, CancellationToken cancellationToken) =>
        _scopes is null
            ? _run(new MessageContext(message, Descriptor.Name, _services, cancellationToken))
            : InvokeInScopeAsync(_scopes, message, cancellationToken);

    private async Task<HandlerResult> InvokeInScopeAsync(IServiceScopeFactory scopes, Message message, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await _run(new MessageContext(message, Descriptor.Name, scope.ServiceProvider, cancellationToken));
    }
}
