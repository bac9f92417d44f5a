using Microsoft.Extensions.DependencyInjection;

namespace Eventide.Queues.Redis.Tests;

public sealed class RedisServiceCollectionTests
{
    [Fact]
    public void Added_twice_the_provider_is_there_once()
    {
        using var services = new ServiceCollection().AddRedisStreams().AddRedisStreams().BuildServiceProvider();

        Assert.IsType<RedisStreamProvider>(Assert.Single(services.GetServices<IQueueProvider>()));
    }
}
