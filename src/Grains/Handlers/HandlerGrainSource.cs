using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Metadata;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;

namespace Eventide.Orleans;

/// <summary>Finds handler grains among the silo's grain classes: those that implement <see cref="IHandlerGrain"/> and have a
/// <see cref="HandlerAttribute"/>.</summary>
internal sealed class HandlerGrainSource(IOptions<GrainTypeOptions> grains, GrainTypeResolver types) : IHandlerSource
{
    public IEnumerable<HandlerDescriptor> Handlers => grains.Value.Classes
        .Where(type => typeof(IHandlerGrain).IsAssignableFrom(type) && !type.IsAbstract && type.IsDefined(typeof(HandlerAttribute)))
        .OrderBy(type => type.FullName, StringComparer.Ordinal)
        .Select(Describe);

    private HandlerDescriptor Describe(Type type) => HandlerFactory.Describe(
        type, type.GetCustomAttribute<HandlerAttribute>()!, services => Call(services.GetRequiredService<IGrainFactory>(), type), needsScope: false);

    private MessageDelegate Call(IGrainFactory factory, Type type)
    {
        var grain = types.GetGrainType(type);
        if (type.IsDefined(typeof(StatelessWorkerAttribute)))
        {
            var worker = factory.GetGrain<IHandlerGrain>(GrainId.Create(grain, "-"));
            return context => CallAsync(worker, context);
        }

        var expression = type.GetCustomAttribute<HandlerGrainAttribute>()?.Key;
        if (expression is null)
        {
            return context => CallAsync(factory.GetGrain<IHandlerGrain>(GrainId.Create(grain, Text(context.Message.Group) ?? context.Message.Id)), context);
        }

        // Parsed now, so that an expression that cannot be read stops the start; one a thread, since each has a document of its own.
        _ = Rule.Parse(expression);
        var keys = new ThreadLocal<LaneKey>(() => new LaneKey(expression));
        return context => CallAsync(factory.GetGrain<IHandlerGrain>(GrainId.Create(grain, Text(keys.Value!.Of(context.Message)) ?? Text(context.Message.Group) ?? context.Message.Id)), context);
    }

    private static async Task<HandlerResult> CallAsync(IHandlerGrain grain, MessageContext context)
    {
        try
        {
            return await grain.HandleAsync(context.Message, context.CancellationToken);
        }
        catch (Exception e) when (e is OrleansMessageRejectionException or ConnectionFailedException)
        {
            // The silo of the grain has died or cannot be reached: not for the handler's RetryFor to judge.
            return HandlerResult.Retry(reason: $"the silo of its grain was lost: {e.GetType().Name}: {e.Message}".ReplaceLineEndings(" "));
        }
    }

    // A grain key cannot be empty.
    private static string? Text(string? key) => string.IsNullOrEmpty(key) ? null : key;
}
