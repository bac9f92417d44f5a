using Eventide;
using Eventide.Queues.Cloudflare;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Cloudflare Queues to a host.</summary>
public static class CloudflareServiceCollectionExtensions
{
    /// <summary>Lets <c>cloudflare://account/queue</c> URIs be opened.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets what holds for every Cloudflare queue, under what a URI says; may be left out.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddCloudflareQueues(this IServiceCollection services, Action<CloudflareQueueOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IQueueProvider>(provider =>
        {
            var options = new CloudflareQueueOptions();
            configure?.Invoke(options);
            return new CloudflareQueueProvider(provider.GetService<TimeProvider>(), options);
        });
        return services;
    }
}
