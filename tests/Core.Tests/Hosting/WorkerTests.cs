using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Eventide.Queues;

namespace Eventide.Core.Tests.Hosting;

public sealed class WorkerTests
{
    [Fact]
    public async Task A_message_is_routed_handled_and_acknowledged()
    {
        var broker = new MemoryBroker();
        var seen = new ConcurrentBag<string>();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(broker);
        builder.Services.AddEventide(e => e
            .Queue("memory:orders")
            .Configure(o => o.UntilEmpty = true)
            .Handle("body.total > 100", m => seen.Add("big " + m.Json.GetProperty("total")))
            .Handle("body.total <= 100", m => seen.Add("small")));
        using var host = builder.Build();
        var provider = new MemoryQueueProvider(broker);
        await using (var sender = await provider.OpenSenderAsync(QueueUri.Parse("memory:orders"), default))
        {
            await sender.SendAllAsync([new("""{"total":150}"""), new("""{"total":50}""")], default);
        }

        var monitor = host.Services.GetRequiredService<EventideMonitor>();
        await host.RunAsync();

        Assert.Equal(["big 150", "small"], seen.Order());
        var stats = Assert.Single(monitor.Stats);
        Assert.Equal((2, 2, 0), (stats.Received, stats.Succeeded, stats.Failed));
    }
}
