using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>What a silo needs to schedule.</summary>
internal static class SchedulingServices
{
    public static IServiceCollection AddEventideScheduling(this IServiceCollection services)
    {
        services.TryAddSingleton<SchedulingProbe>();
        services.TryAddSingleton<IMessageScheduler, ClusterScheduler>();
        services.AddSingleton<SiloSchedules>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<SiloSchedules>());
        return services;
    }
}
