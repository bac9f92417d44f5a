using System.Diagnostics;
using System.Globalization;
using Eventide.Queues.Redis;
using Eventide.Silo;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;

namespace Eventide.Orleans.Benchmarks;

/// <summary>A process that handles messages with an empty handler: a silo, or the engine of one process. It is told by lines what to do, and
/// answers with lines that begin with <c>=</c>.</summary>
internal static class Node
{
    /// <summary>The stream with the messages.</summary>
    public const string Stream = "benchmark";

    private static long s_firstAt;

    public static async Task RunAsync(string role, int port, string group, int concurrency, int batch)
    {
        // Never stopped: a node is killed by its program, and ends by itself when that has ended without having come so far.
        var host = role == "engine" ? Engine(port, group, concurrency, batch) : Silo(role, port, group, concurrency, batch);
        await host.StartAsync();
        var monitor = host.Services.GetRequiredService<EventideMonitor>();
        Say("ready");
        while (await Console.In.ReadLineAsync() is { } line)
        {
            switch (line.Split(' '))
            {
                case ["arm"]:
                    GC.Collect();
                    Volatile.Write(ref s_firstAt, 0);
                    Say($"{Done(monitor)} {Cpu()}");
                    break;
                case ["look"]:
                    Say($"{Done(monitor)} {Volatile.Read(ref s_firstAt)} {Cpu()}");
                    break;
                case ["bare", var milliseconds]:
                    Say($"{await BareAsync(host.Services.GetRequiredService<IGrainFactory>(), concurrency, int.Parse(milliseconds, CultureInfo.InvariantCulture))}");
                    break;
                default:
                    throw new InvalidOperationException($"'{line}' is none of arm, look, bare.");
            }
        }

        Environment.Exit(1);
    }

    private static IHost Engine(int port, string group, int concurrency, int batch)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Error).AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddEventide(e => e.AddQueueProvider<RedisStreamProvider>().Queue(Uri(port, group, batch)).Handle(null, Handle).Configure(o =>
        {
            o.Concurrency = concurrency;
            o.BufferSize = 2 * batch;
        }));
        return builder.Build();
    }

    // The program that users start, with a handler given in code.
    private static WebApplication Silo(string cluster, int port, string group, int concurrency, int batch) => SiloProgram.Build(
        [
            "--Silo:Redis", Text($"127.0.0.1:{port}"), "--Silo:ClusterId", cluster, "--Silo:ServiceId", cluster,
            "--Silo:SiloPort", Text($"{TwoSilos.FreePort()}"), "--Silo:GatewayPort", "0", "--Silo:Http", Text($"http://127.0.0.1:{TwoSilos.FreePort()}"),
            "--Eventide:Queue", Uri(port, group, batch), "--Eventide:Concurrency", Text($"{concurrency}"),

            // Shared by the partitions that a silo receives: a batch for each.
            "--Eventide:BufferSize", Text($"{8 * batch}"), "--Logging:LogLevel:Default", "Error", "--Logging:LogLevel:Orleans", "Error",
        ],
        eventide => eventide.Handle(null, Handle));

    private static void Handle(Message message)
    {
        if (Volatile.Read(ref s_firstAt) == 0)
        {
            Volatile.Write(ref s_firstAt, Stopwatch.GetTimestamp());
        }
    }

    private static async Task<long> BareAsync(IGrainFactory grains, int concurrency, int milliseconds)
    {
        var worker = grains.GetGrain<IBareWorker>(0);
        var end = Stopwatch.GetTimestamp() + (milliseconds * Stopwatch.Frequency / 1000);
        long calls = 0;
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
        {
            long mine = 0;
            for (; Stopwatch.GetTimestamp() < end; mine++)
            {
                await worker.RunAsync();
            }

            Interlocked.Add(ref calls, mine);
        })));
        return calls;
    }

    private static string Uri(int port, string group, int batch) => Text($"redis://127.0.0.1:{port}/0?stream={Stream}&group={group}&max-batch={batch}");

    private static long Done(EventideMonitor monitor) => monitor.Stats.Sum(s => s.Succeeded);

    private static string Cpu() => Environment.CpuUsage.TotalTime.TotalSeconds.ToString(CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void Say(string line) => Console.Out.WriteLine($"={line}");
}
