using Eventide.Queues.Redis;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Redis Streams to a host.</summary>
public static class RedisServiceCollectionExtensions
{
    /// <summary>Lets <c>redis://</c> URIs name queues. Adding it twice does no harm.</summary>
    /// <param name="services">The services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRedisStreams(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<Eventide.IQueueProvider, RedisStreamProvider>());
        return services;
    }
}
