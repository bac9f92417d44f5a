using Eventide;
using Eventide.Orleans;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Runtime;
using Orleans.Runtime.Hosting;
using Orleans.Serialization;
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

        AddStreamProviders(builder);
        if (!isFirst)
        {
            return builder;
        }

        var services = builder.Services;
        services.AddOptions<EventideSiloOptions>().ValidateOnStart();
        services.Insert(0, ServiceDescriptor.Singleton<IConfigureOptions<EventideSiloOptions>>(
            static provider => new SectionBinder<EventideSiloOptions>(provider, EventideSiloOptions.Section, static options => options.BindingFaults)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EventideSiloOptions>, EventideSiloOptionsValidator>());
        // A cancelled call of a handler grain goes on until the grain has returned: an attempt must not count as over, and be made
        // again, while it still runs on another silo. Set later, a host's own setting wins.
        services.Configure<SiloMessagingOptions>(static options => options.WaitForCancellationAcknowledgement = true);

        // Orleans carries its own and the system's exceptions between silos, others only where they have serializers. What a handler
        // grain throws decides what becomes of its message, wherever it ran.
        services.PostConfigure<ExceptionSerializationOptions>(static options =>
        {
            var others = options.SupportedExceptionTypeFilter;
            options.SupportedExceptionTypeFilter = type => typeof(Exception).IsAssignableFrom(type) || (others?.Invoke(type) ?? false);
        });
        services.AddSingleton<EventideClock>();
        services.AddSingleton<SiloLink>();
        services.AddSingleton<RemoteSettlements>();
        services.AddSingleton<SettlementLink>();
        services.AddSingleton<SettlementClient>();
        services.AddSingleton<DeliveryGateway>();
        services.AddSingleton<DueHandover>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<DueHandover>());
        services.TryAddSingleton<DeliveryProbe>();
        services.AddSingleton<SiloQueues>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<SiloQueues>());
        services.AddSingleton<IHandlerSource, HandlerGrainSource>();
        services.AddSingleton<HandlerGrainCalls>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<HandlerGrainCalls>());
        services.AddGrainService<SettlementService>();
        services.AddPlacementDirector<LanePlacement, LanePlacementDirector>();
        services.AddGrainDirectory(RouterDirectory.Name, static (_, _) => new RouterDirectory());
        services.AddEventideScheduling();
        services.TryAddKeyedSingleton(EventideSiloOptions.ProviderName, static (provider, _) => provider.GetKeyedService<IGrainStorage>("Default")
            ?? throw new InvalidOperationException("Eventide needs a grain storage for failed deliveries: add one called 'Eventide' (AddRedisGrainStorage(\"Eventide\"), AddMemoryGrainStorage(\"Eventide\")), or a default one."));
        builder.AddReminders();
        return builder;
    }

    /// <summary>Every queue becomes a persistent stream provider. Orleans wants providers named while services are still being added, so
    /// the queues' names are looked for where they can stand: in the configuration, and in what has been set in code up to now.</summary>
    private static void AddStreamProviders(ISiloBuilder builder)
    {
        var options = new EventideOptions();
        foreach (var configure in builder.Services.Select(s => s.IsKeyedService ? null : s.ImplementationInstance).OfType<IConfigureOptions<EventideOptions>>())
        {
            configure.Configure(options);
        }

        var configured = builder.Configuration?.GetSection(EventideOptions.Section);
        List<string?> queues =
        [
            .. configured?.GetSection(nameof(EventideOptions.Queues)).GetChildren().Select(q => q.Key) ?? [],
            .. options.Queues.Keys,
            .. builder.Services.Select(s => s.IsKeyedService ? null : s.ImplementationInstance).OfType<QueueRegistration>().Select(r => r.Name),
        ];
        if ((options.Queue ?? configured?[nameof(EventideOptions.Queue)]) is not null)
        {
            queues.Add(null);
        }

        foreach (var provider in queues.Select(StreamNames.ProviderOf).Distinct(StringComparer.Ordinal))
        {
            if (!builder.Services.Any(s => s.IsKeyedService && s.ServiceType == typeof(IQueueAdapterFactory) && provider.Equals(s.ServiceKey)))
            {
                AddStreamProvider(builder, provider);
            }
        }
    }

    private static void AddStreamProvider(ISiloBuilder builder, string provider) => builder.AddPersistentStreams(
        provider,
        static (services, name) => ActivatorUtilities.CreateInstance<EventideQueueAdapterFactory>(services, name),
        streams =>
        {
            streams.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
            streams.ConfigurePartitionBalancing(static (services, name) => ActivatorUtilities.CreateInstance<EvenQueueBalancer>(services, name, services));
            streams.ConfigurePullingAgent(agent => agent.Configure<IOptions<EventideSiloOptions>>((options, silo) =>
                options.GetQueueMsgsTimerPeriod = silo.Value.PollInterval));
        });
}
