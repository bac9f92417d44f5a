using System.Diagnostics;
using System.Globalization;
using Eventide.Queues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Hosting;

namespace Eventide.Orleans.Benchmarks;

/// <summary>One silo, a memory queue, an empty handler: messages a second, beside the bare rate of stateless worker calls from the same
/// process, in turns.</summary>
internal static class OneSilo
{
    public static async Task RunAsync(int messages, int concurrency, int rounds)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering(siloPort: 12_345, gatewayPort: 0)
            .AddMemoryGrainStorageAsDefault()
            .UseInMemoryReminderService()
            .AddEventide(e => e.Queue("memory:bench", "memory:dead").Handle(null, _ => { }).Configure(o =>
            {
                o.Concurrency = concurrency;
                o.BufferSize = 4096;
            })));
        using var host = builder.Build();
        await host.StartAsync();

        var worker = host.Services.GetRequiredService<IGrainFactory>().GetGrain<IBareWorker>(0);
        var queue = MemoryBroker.Default.GetQueue("bench");
        await using var sender = queue.OpenSender();
        var monitor = host.Services.GetRequiredService<EventideMonitor>();
        var body = new OutgoingMessage("""{"type":"order","id":"A-1001","total":150.0}""");
        var bare = new List<double>();
        var routed = new List<double>();
        for (var round = 0; round <= rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
            {
                for (var i = 0; i < messages / concurrency; i++)
                {
                    await worker.RunAsync();
                }
            })));
            var calls = messages / Stopwatch.GetElapsedTime(started).TotalSeconds;
            var target = Done() + messages;
            await sender.SendAllAsync(Enumerable.Repeat(body, messages), CancellationToken.None);

            // What was done while it was sent does not count: the clock starts with what is left.
            var left = target - Done();
            var since = Stopwatch.GetTimestamp();
            while (Done() < target)
            {
                await Task.Delay(2);
            }

            var handled = left / Stopwatch.GetElapsedTime(since).TotalSeconds;
            if (round > 0)
            {
                bare.Add(calls);
                routed.Add(handled);
            }
        }

        bare.Sort();
        routed.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"concurrency {concurrency}, {messages} a round, median of {rounds}: bare stateless worker {bare[rounds / 2]:N0}/s, Eventide {routed[rounds / 2]:N0}/s, ratio {routed[rounds / 2] / bare[rounds / 2]:0.00} (worst {routed[0] / bare[^1]:0.00}, best {routed[^1] / bare[0]:0.00})"));
        await host.StopAsync();

        long Done() => monitor.Stats.Sum(s => s.Succeeded);
    }
}
