using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;

namespace Eventide;

/// <summary>Makes descriptors of handler classes and lambdas.</summary>
internal static class HandlerFactory
{
    private static readonly MethodInfo TypedMethod = typeof(HandlerFactory).GetMethod(nameof(Typed), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <summary>Whether a class can be registered, and if not, why.</summary>
    public static bool IsHandler(Type type, out string? fault)
    {
        var bodies = BodyTypes(type);
        fault = typeof(IMessageHandler).IsAssignableFrom(type) || bodies.Length == 1
            ? null
            : bodies.Length > 1
                ? $"{type.FullName} implements IMessageHandler<> for {string.Join(" and ", bodies.Select(b => b.Name))}; expected one, or a class for each."
                : $"{type.FullName} has [Handler] but implements neither IMessageHandler nor IMessageHandler<TBody>.";
        if (fault is null && (type.IsAbstract || type.ContainsGenericParameters))
        {
            fault = $"{type.FullName} is abstract or an open generic class; a handler must be a class that can be made.";
        }

        return fault is null;
    }

    /// <summary>Describes a handler class. It is made once where it has no dependencies, else for each message in a scope of
    /// its own; a registration of the user's own decides otherwise.</summary>
    public static HandlerDescriptor FromType(IServiceCollection services, Type type, HandlerAttribute attribute, JsonSerializerOptions json)
    {
        if (!IsHandler(type, out var fault))
        {
            throw new InvalidOperationException(fault);
        }

        var own = services.LastOrDefault(s => s.ServiceType == type && !s.IsKeyedService);
        if (own is null)
        {
            var lifetime = type.GetConstructors().All(c => c.GetParameters().Length == 0) ? ServiceLifetime.Singleton : ServiceLifetime.Scoped;
            own = ServiceDescriptor.Describe(type, type, lifetime);
            services.Add(own);
        }

        var isShared = own.Lifetime == ServiceLifetime.Singleton;
        return Describe(
            type, attribute, provider => Call(provider, type, isShared, json), needsScope: !isShared, provider => HandlerConstructor.FindFault(type, services, provider));
    }

    /// <summary>Describes a handler by its attribute; how it is called is the caller's affair.</summary>
    public static HandlerDescriptor Describe(Type type, HandlerAttribute attribute, Func<IServiceProvider, MessageDelegate> create, bool needsScope, Func<IServiceProvider, string?>? findMissing = null) =>
        new(attribute.Name ?? type.Name, create)
        {
            Rules = attribute.Rules,
            Match = attribute.Match,
            Order = attribute.Order,
            Queues = attribute.Queues,
            RetryLimit = attribute.RetryLimit == -1 ? null : attribute.RetryLimit,
            RetryFor = [.. attribute.RetryFor.Select(t => t.FullName!)],
            MinBackoff = attribute.MinBackoffSeconds is -1 ? null : TimeSpan.FromSeconds(attribute.MinBackoffSeconds),
            MaxBackoff = attribute.MaxBackoffSeconds is -1 ? null : TimeSpan.FromSeconds(attribute.MaxBackoffSeconds),
            Timeout = attribute.TimeoutSeconds is -1 ? null : TimeSpan.FromSeconds(attribute.TimeoutSeconds),
            NeedsScope = needsScope,
            Type = type,
            FindMissing = findMissing,
        };

    /// <summary>Reads a body for a typed handler.</summary>
    /// <exception cref="UnreadableBodyException">It is not of that type.</exception>
    public static TBody ReadBody<TBody>(Message message, JsonSerializerOptions json)
    {
        try
        {
            return message.Read<TBody>(json) ?? throw new JsonException("the body is null.");
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException)
        {
            throw new UnreadableBodyException(typeof(TBody), e);
        }
    }

    private static MessageDelegate Call(IServiceProvider provider, Type type, bool isShared, JsonSerializerOptions json)
    {
        if (typeof(IMessageHandler).IsAssignableFrom(type))
        {
            if (!isShared)
            {
                return context => ((IMessageHandler)context.Services.GetRequiredService(type)).HandleAsync(context.Message, context.CancellationToken);
            }

            var handler = (IMessageHandler)provider.GetRequiredService(type);
            return context => handler.HandleAsync(context.Message, context.CancellationToken);
        }

        return (MessageDelegate)TypedMethod.MakeGenericMethod(BodyTypes(type)[0]).Invoke(null, [provider, type, isShared, json])!;
    }

    private static MessageDelegate Typed<TBody>(IServiceProvider provider, Type type, bool isShared, JsonSerializerOptions json)
    {
        if (!isShared)
        {
            return context => ((IMessageHandler<TBody>)context.Services.GetRequiredService(type))
                .HandleAsync(ReadBody<TBody>(context.Message, json), context.Message, context.CancellationToken);
        }

        var handler = (IMessageHandler<TBody>)provider.GetRequiredService(type);
        return context => handler.HandleAsync(ReadBody<TBody>(context.Message, json), context.Message, context.CancellationToken);
    }

    private static Type[] BodyTypes(Type type) =>
    [
        .. type.GetInterfaces()
            .Where(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IMessageHandler<>))
            .Select(i => i.GetGenericArguments()[0]),
    ];
}
