using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Metadata;

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
            return context => worker.HandleAsync(context.Message, context.CancellationToken);
        }

        var expression = type.GetCustomAttribute<HandlerGrainAttribute>()?.Key;
        if (expression is null)
        {
            return context => factory.GetGrain<IHandlerGrain>(GrainId.Create(grain, Text(context.Message.Group) ?? context.Message.Id))
                .HandleAsync(context.Message, context.CancellationToken);
        }

        // Parsed now, so that an expression that cannot be read stops the start; one a thread, since each has a document of its own.
        _ = Rule.Parse(expression);
        var keys = new ThreadLocal<LaneKey>(() => new LaneKey(expression));
        return context => factory.GetGrain<IHandlerGrain>(GrainId.Create(grain, Text(keys.Value!.Of(context.Message)) ?? Text(context.Message.Group) ?? context.Message.Id))
            .HandleAsync(context.Message, context.CancellationToken);
    }

    // A grain key cannot be empty.
    private static string? Text(string? key) => string.IsNullOrEmpty(key) ? null : key;
}
