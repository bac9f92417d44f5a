using Eventide;
using Eventide.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Eventide to a host.</summary>
public static class EventideServiceCollectionExtensions
{
    /// <summary>Adds a worker: the one-process engine, with options from the configuration section <c>Eventide</c>. May be called
    /// several times; the calls add up.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Adds queues, handlers, middleware and hooks.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddEventide(this IServiceCollection services, Action<EventideBuilder>? configure = null)
    {
        services.AddEventideCore(configure);
        services.TryAddSingleton<IMessageScheduler, QueueDelayScheduler>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, EventideService>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ScheduleService>());
        return services;
    }

    /// <summary>Adds all of Eventide but the one-process engine: options, queues, handlers. For other engines.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Adds queues, handlers, middleware and hooks.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddEventideCore(this IServiceCollection services, Action<EventideBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<QueueConnector>();
        services.TryAddSingleton<HookRunner>();
        services.TryAddSingleton<QueueSetup>();
        services.TryAddSingleton<EventideMonitor>();
        services.TryAddSingleton<BacklogPoller>();
        services.TryAddSingleton<QueueSenders>();
        services.TryAddSingleton<ScheduleSet>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IQueueProvider, MemoryQueueProvider>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IQueueProvider, FileQueueProvider>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EventideOptions>, EventideOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<EventideOptions>, HandlerServicesValidator>());

        // BindConfiguration would demand an IConfiguration; a bare service collection has none.
        services.AddOptions<EventideOptions>().ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<EventideOptions>, SectionBinder<EventideOptions>>(
            static provider => new SectionBinder<EventideOptions>(provider, EventideOptions.Section, static options => options.BindingFaults)));
        configure?.Invoke(new EventideBuilder(services));
        return services;
    }
}
