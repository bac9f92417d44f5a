using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Metadata;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>Finds handler grains among the silo's grain classes: those that implement <see cref="IHandlerGrain"/> and have a
/// <see cref="HandlerAttribute"/>.</summary>
internal sealed class HandlerGrainSource(IOptions<GrainTypeOptions> grains, GrainTypeResolver types, EventideClock clock, ILogger<HandlerGrainSource> logger) : IHandlerSource
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

    private async Task<HandlerResult> CallAsync(IHandlerGrain grain, MessageContext context)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await grain.HandleAsync(context.Message, context.CancellationToken);
            }
            catch (SiloUnavailableException e) when (HandlerGrainCalls.IsLost(e))
            {
                // Its silo died while it ran, perhaps of the message: the same as when a process dies that runs handlers itself.
                throw new HandlerCrashedException($"The silo of its grain was lost: {e.Message}", e);
            }
            catch (Exception e) when (HandlerGrainCalls.IsLost(e))
            {
                // The call did not arrive: its silo is dead, and the cluster does not know yet. No handler ran, so nothing has failed.
                if (tries == 1)
                {
                    logger.GrainUnreachable(context.Message, grain.GetGrainId(), e.Message);
                }

                await PauseAsync(tries, e, context.CancellationToken);
            }
        }
    }

    private async Task PauseAsync(int tries, Exception why, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(Backoff.OfCalls.After(tries), clock.Time, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException("The silo of its grain could not be reached.", why);
        }
    }

    // A grain key cannot be empty.
    private static string? Text(string? key) => string.IsNullOrEmpty(key) ? null : key;
}
