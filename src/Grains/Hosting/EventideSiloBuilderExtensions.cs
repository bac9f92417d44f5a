using Eventide;
using Eventide.Orleans;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.Streams;

namespace Orleans.Hosting;

/// <summary>Adds Eventide to a silo.</summary>
public static class EventideSiloBuilderExtensions
{
    /// <summary>Adds Eventide's cluster engine: every configured queue is received by this silo's share of its partitions, with the same
    /// handlers, rules, options, hooks and telemetry as in one process. Options come from the configuration sections <c>Eventide</c>
    /// and <c>EventideSilo</c>. Needs a reminder service, and a grain storage called <c>Eventide</c> or the default one. Call it on
    /// every silo, with the same queues; not together with the one-process engine's <c>AddEventide</c>.</summary>
    /// <param name="builder">The silo.</param>
    /// <param name="configure">Adds queues, handlers, middleware and hooks.</param>
    /// <param name="configureSilo">Changes the cluster's own options; runs after those of the configuration are bound.</param>
    /// <returns>The same silo builder.</returns>
    public static ISiloBuilder AddEventide(this ISiloBuilder builder, Action<EventideBuilder>? configure = null, Action<EventideSiloOptions>? configureSilo = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var isFirst = builder.Services.All(s => s.ServiceType != typeof(SiloQueues));
        builder.Services.AddEventideCore(configure);
        if (configureSilo is not null)
        {
            builder.Services.Configure(configureSilo);
        }

        if (!isFirst)
        {
            return builder;
        }

        var services = builder.Services;
        services.AddOptions<EventideSiloOptions>().ValidateOnStart();
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<EventideSiloOptions>>(provider => new ConfigureOptions<EventideSiloOptions>(options =>
            provider.GetService<IConfiguration>()?.GetSection(EventideSiloOptions.Section).Bind(options, binder => binder.ErrorOnUnknownConfiguration = true))));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EventideSiloOptions>, EventideSiloOptionsValidator>());
        services.AddSingleton<EventideClock>();
        services.AddSingleton<SiloLink>();
        services.AddSingleton<RemoteSettlements>();
        services.AddSingleton<SettlementLink>();
        services.AddSingleton<SettlementClient>();
        services.AddSingleton<DeliveryGateway>();
        services.TryAddSingleton<DeliveryProbe>();
        services.AddSingleton<SiloQueues>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<SiloQueues>());
        services.AddSingleton<IHandlerSource, HandlerGrainSource>();
        services.AddGrainService<SettlementService>();
        services.TryAddKeyedSingleton(EventideSiloOptions.ProviderName, static (provider, _) => provider.GetKeyedService<IGrainStorage>("Default")
            ?? throw new InvalidOperationException("Eventide needs a grain storage for failed deliveries: add one called 'Eventide' (AddRedisGrainStorage(\"Eventide\"), AddMemoryGrainStorage(\"Eventide\")), or a default one."));
        builder.AddReminders();
        builder.AddPersistentStreams(
            EventideSiloOptions.ProviderName,
            static (provider, _) => ActivatorUtilities.CreateInstance<EventideQueueAdapterFactory>(provider),
            streams =>
            {
                streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
                streams.ConfigurePartitionBalancing(static (provider, _) => ActivatorUtilities.CreateInstance<EvenQueueBalancer>(provider, provider));
                streams.ConfigurePullingAgent(agent => agent.Configure<IOptions<EventideSiloOptions>>((options, silo) =>
                    options.GetQueueMsgsTimerPeriod = silo.Value.PollInterval));
            });
        return builder;
    }
}
