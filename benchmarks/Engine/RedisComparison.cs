using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Eventide.Benchmarks.Redis;
using Eventide.Queues.Redis;

namespace Eventide.Benchmarks.Engine;

/// <summary>The engine, BullMQ and a bare loop on one redis-server of this program's own, by turns.</summary>
internal static class RedisComparison
{
    private const string Stream = "eventide-benchmark";

    private static readonly byte[] Body = Encoding.UTF8.GetBytes(
        """{"type":"order","total":150,"priority":7,"customer_id":"12345","tags":["urgent","eu"],"user":{"verified":true},"order":{"id":"A-1","items":[{"sku":"x","qty":2},{"sku":"y","qty":1}]}}""");

    public static async Task RunAsync(int messages, int jobs, int batch, int rounds)
    {
        await InstallAsync(Side.Folder, "bullmq");
        var port = FreePort();
        using var server = Side.Start(
            "redis-server", "--bind", "127.0.0.1", "--port", Text(port), "--save", "", "--appendonly", "no", "--logfile", "/dev/null");
        try
        {
            await CompareAsync(port, messages, jobs, batch, rounds);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    /// <summary>Installs the packages of a folder, unless they are there.</summary>
    public static async Task InstallAsync(string folder, string package)
    {
        if (!Directory.Exists(Path.Combine(folder, "node_modules", package)))
        {
            // Not `npm ci`: it wants the builds for all other systems in the lock file, which not every registry has.
            using var npm = Side.Start("npm", "install", "--prefix", folder, "--no-package-lock", "--no-audit", "--no-fund", "--silent");
            await npm.WaitForExitAsync();
            if (npm.ExitCode != 0)
            {
                throw new InvalidOperationException($"`npm install` in {folder} ended with {npm.ExitCode}; run it by hand to see why.");
            }
        }
    }

    private static async Task CompareAsync(int port, int messages, int jobs, int batch, int rounds)
    {
        var options = new RedisStreamOptions { Server = new RedisServerOptions { Host = "127.0.0.1", Port = port }, Stream = Stream, MaxBatch = batch };
        await FillAsync(options, messages, batch);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"redis: {messages:N0} entries of {Body.Length} bytes in batches of {batch}, {jobs:N0} jobs for BullMQ at concurrency 100"));
        var engine = new List<Side>();
        var bare = new List<Side>();
        var bullmq = new List<Side>();

        // The first rounds compile (the runtime does it in tiers) and are not counted; BullMQ is a new process each time, and its
        // start is not counted.
        for (var round = -2; round < rounds; round++)
        {
            // By turns, so that a busy machine is busy for all.
            bare.Add(Show("bare loop", await InGroupAsync(options, group => Task.Run(() => Bare(port, group, batch)))));
            engine.Add(Show("eventide", await InGroupAsync(options, group => EngineDrain.RunAsync(
                string.Create(CultureInfo.InvariantCulture, $"redis://127.0.0.1:{port}?stream={Stream}&group={group}&max-batch={batch}"),
                0,
                messages,
                o =>
                {
                    o.Concurrency = 16;
                    o.BufferSize = 2 * batch;
                }))));
            if (round < 0)
            {
                (bare, engine) = ([], []);
                continue;
            }

            bullmq.Add(Show("bullmq", await Side.RunAsync("node", "bullmq.mjs", Text(port), Text(jobs), "100")));
        }

        var (our, loop, their) = (Median(engine), Median(bare), Median(bullmq));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"redis, median of {rounds}: eventide {our:N0}/s, bare loop {loop:N0}/s, BullMQ {their:N0}/s; eventide is {our / loop:0.00} of the bare loop (wanted: 0.7) and {our / their:0.0} times BullMQ (wanted: 8)"));
    }

    private static Side Bare(int port, string group, int batch)
    {
        using var loop = new BareLoop("127.0.0.1", port);
        var cpu = Environment.CpuUsage.TotalTime;
        var started = Stopwatch.GetTimestamp();
        var count = loop.Drain(Stream, group, batch);
        return new Side(count, Stopwatch.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }

    // Each run reads the same entries through a group of its own.
    private static async Task<Side> InGroupAsync(RedisStreamOptions options, Func<string, Task<Side>> drain)
    {
        var group = $"g{Guid.NewGuid():N}";
        await using var admin = await RedisStreamAdmin.OpenAsync(options with { Group = group });
        await admin.CreateAsync(default);
        GC.Collect();
        var side = await drain(group);
        await admin.RemoveGroupAsync();
        return side;
    }

    private static async Task FillAsync(RedisStreamOptions options, int messages, int batch)
    {
        // A server that has just been started may not listen yet: opening waits and tries again.
        RedisStreamSender? sender = null;
        for (var tries = 1; sender is null; tries++)
        {
            try
            {
                sender = await RedisStreamSender.OpenAsync(options);
            }
            catch (QueueException) when (tries < 50)
            {
                await Task.Delay(100);
            }
        }

        await using (sender)
        {
            var outgoing = Enumerable.Repeat(new OutgoingMessage(Body), batch).ToArray();
            for (var sent = 0; sent < messages; sent += batch)
            {
                var results = await sender.SendAsync(outgoing[..Math.Min(batch, messages - sent)], default);
                if (results.Any(r => !r.IsSent))
                {
                    throw new InvalidOperationException("The server refused messages.");
                }
            }
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    internal static Side Show(string name, Side side)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-14} {side.Rate,12:N0}/s  {side.CpuMicroseconds,8:0.00} us of its processor a message"));
        return side;
    }

    internal static double Median(List<Side> sides)
    {
        var rates = sides.Select(s => s.Rate).Order().ToList();
        return rates[rates.Count / 2];
    }

    internal static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
