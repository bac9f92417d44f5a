using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Eventide.Benchmarks.Redis;
using StackExchange.Redis;

namespace Eventide.Orleans.Benchmarks;

/// <summary>Two silo processes on one redis-server, and what to compare them with, by turns. All processes live through the whole run, so that
/// each round finds them compiled and warm; each side reads the same entries by a group of its own, which is set back to the
/// beginning for its turn.</summary>
internal static class TwoSilos
{
    private static readonly string Body =
        """{"type":"order","total":150,"priority":7,"customer_id":"12345","tags":["urgent","eu"],"user":{"verified":true},"order":{"id":"A-1","items":[{"sku":"x","qty":2},{"sku":"y","qty":1}]}}""";

    private static readonly int BareMilliseconds = 2000;

    public static async Task RunAsync(int messages, int rounds, int concurrency, int batch)
    {
        var port = FreePort();
        using var server = Process.Start(new ProcessStartInfo(
            "redis-server", ["--bind", "127.0.0.1", "--port", Text(port), "--save", "", "--appendonly", "no", "--logfile", "/dev/null"]) { UseShellExecute = false })!;
        var nodes = new List<NodeProcess>();
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{Text(port)},abortConnect=false,connectTimeout=20000,allowAdmin=true");
            var database = connection.GetDatabase();
            await FillAsync(database, messages, batch);
            foreach (var group in new[] { "two", "one", "engine", "engines", "bare" })
            {
                await database.StreamCreateConsumerGroupAsync(Node.Stream, group, "$");
            }

            NodeProcess Start(string role, string group)
            {
                var node = new NodeProcess(role, port, group, concurrency, batch);
                nodes.Add(node);
                return node;
            }

            NodeProcess[] two = [Start("two", "two"), Start("two", "two")];
            NodeProcess[] one = [Start("one", "one")];
            NodeProcess[] engine = [Start("engine", "engine")];
            NodeProcess[] engines = [Start("engine", "engines"), Start("engine", "engines")];
            foreach (var node in nodes)
            {
                await node.HearAsync();
            }

            await CompareAsync(database, connection.GetServers()[0], port, rounds, batch, two, one, engine, engines);
        }
        finally
        {
            nodes.ForEach(n => n.Dispose());
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static async Task CompareAsync(
        IDatabase database, IServer server, int port, int rounds, int batch, NodeProcess[] two, NodeProcess[] one, NodeProcess[] engine, NodeProcess[] engines)
    {
        var rates = new Dictionary<string, List<double>>(StringComparer.Ordinal);

        // The first rounds compile, in tiers, and are not counted.
        for (var round = -2; round < rounds; round++)
        {
            Console.WriteLine(round < 0 ? "warm-up" : Text($"round {round + 1}"));
            Note("bare calls, 2 silos", await BareAsync(two));
            Note("2 silos", await DrainAsync(database, server, "two", two));
            Note("1 silo", await DrainAsync(database, server, "one", one));
            Note("1 process", await DrainAsync(database, server, "engine", engine));
            Note("2 processes", await DrainAsync(database, server, "engines", engines));
            Note("bare loop", await LoopAsync(database, port, batch));
            Note("bare calls, 1 silo", await BareAsync(one));

            void Note(string side, double rate)
            {
                if (round >= 0)
                {
                    rates.TryAdd(side, []);
                    rates[side].Add(rate);
                }
            }
        }

        Console.WriteLine(Text($"medians of {rounds}"));
        foreach (var (side, all) in rates)
        {
            Console.WriteLine(Text($"  {side,-20} {Median(all),10:N0}/s"));
        }

        Console.WriteLine("ratios within a round: median (lowest to highest)");
        foreach (var (side, other) in new[]
        {
            ("2 silos", "bare calls, 2 silos"), ("1 silo", "bare calls, 1 silo"), ("2 silos", "1 silo"), ("2 silos", "1 process"), ("2 silos", "2 processes"),
            ("2 processes", "1 process"), ("1 silo", "1 process"), ("2 silos", "bare loop"),
        })
        {
            var ratios = rates[side].Zip(rates[other], (a, b) => a / b).ToList();
            Console.WriteLine(Text($"  {side,-12} / {other,-20} {Median(ratios):0.00} ({ratios.Min():0.00} to {ratios.Max():0.00})"));
        }
    }

    /// <summary>Calls of an empty stateless worker grain from inside its silo, in all these processes at once.</summary>
    private static async Task<double> BareAsync(NodeProcess[] nodes)
    {
        var calls = await Task.WhenAll(nodes.Select(n => n.AskAsync(Text($"bare {BareMilliseconds}"))));
        var rates = calls.Select(c => long.Parse(c[0], CultureInfo.InvariantCulture) * 1000.0 / BareMilliseconds).ToList();
        Console.WriteLine(Text($"  {"bare calls",-10} {rates.Sum(),10:N0}/s  ({string.Join(" + ", rates.Select(r => Text($"{r:N0}")))})"));
        return rates.Sum();
    }

    /// <summary>From the first message handled until all are handled and acknowledged.</summary>
    private static async Task<double> DrainAsync(IDatabase database, IServer server, string group, NodeProcess[] nodes)
    {
        var before = await Task.WhenAll(nodes.Select(n => n.AskAsync("arm")));
        var redisBefore = await RedisCpuAsync(server);
        await server.ExecuteAsync("CONFIG", "RESETSTAT");

        // Those who wait are woken by a new entry alone.
        await database.StreamConsumerGroupSetPositionAsync(Node.Stream, group, "0");
        await database.StreamAddAsync(Node.Stream, "body", Body);
        var total = await database.StreamLengthAsync(Node.Stream);
        string[][] after;
        long[] done;
        do
        {
            await Task.Delay(10);
            after = await Task.WhenAll(nodes.Select(n => n.AskAsync("look")));
            done = [.. after.Zip(before, (a, b) => long.Parse(a[0], CultureInfo.InvariantCulture) - long.Parse(b[0], CultureInfo.InvariantCulture))];
        }
        while (done.Sum() < total || (await database.StreamPendingAsync(Node.Stream, group)).PendingMessageCount > 0);

        var first = after.Select(a => long.Parse(a[1], CultureInfo.InvariantCulture)).Where(at => at != 0).Min();
        var seconds = Stopwatch.GetElapsedTime(first).TotalSeconds;
        var cpu = after.Zip(before, (a, b) => double.Parse(a[2], CultureInfo.InvariantCulture) - double.Parse(b[1], CultureInfo.InvariantCulture)).ToList();
        var redis = await RedisCpuAsync(server) - redisBefore;
        var rate = total / seconds;
        Console.WriteLine(Text($"  {group,-10} {rate,10:N0}/s  ({string.Join(" + ", done.Select(d => Text($"{d:N0}")))})  processor a message: {string.Join(" + ", cpu.Select(c => Text($"{c * 1e6 / total:0.0}")))} us, redis-server {redis * 1e6 / total:0.0} us; cores busy {(cpu.Sum() + redis) / seconds:0.00}; {await CommandsAsync(server, total)}"));
        return rate;
    }

    private static async Task<double> LoopAsync(IDatabase database, int port, int batch)
    {
        await database.StreamConsumerGroupSetPositionAsync(Node.Stream, "bare", "0");
        using var loop = new BareLoop("127.0.0.1", port);
        var started = Stopwatch.GetTimestamp();
        var rate = await Task.Run(() => loop.Drain(Node.Stream, "bare", batch)) / Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine(Text($"  {"bare loop",-10} {rate,10:N0}/s"));
        return rate;
    }

    private static async Task<double> RedisCpuAsync(IServer server)
    {
        var cpu = (await server.InfoAsync("cpu"))[0].ToDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);
        return double.Parse(cpu["used_cpu_user"], CultureInfo.InvariantCulture) + double.Parse(cpu["used_cpu_sys"], CultureInfo.InvariantCulture);
    }

    /// <summary>The commands that took most of the server's time.</summary>
    private static async Task<string> CommandsAsync(IServer server, long total)
    {
        var commands = (await server.InfoAsync("commandstats"))[0].Select(p =>
        {
            var values = p.Value.Split(',').Select(v => v.Split('=')).ToDictionary(v => v[0], v => double.Parse(v[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
            return (Name: p.Key["cmdstat_".Length..], Calls: values["calls"], Microseconds: values["usec"]);
        });
        return string.Join(", ", commands.OrderByDescending(c => c.Microseconds).Take(3).Select(c => Text($"{c.Name} {c.Calls:N0} calls of {total / c.Calls:0} messages, {c.Microseconds / total:0.00} us a message")));
    }

    private static async Task FillAsync(IDatabase database, int messages, int batch)
    {
        for (var sent = 0; sent < messages; sent += batch)
        {
            await Task.WhenAll(Enumerable.Range(0, Math.Min(batch, messages - sent)).Select(_ => database.StreamAddAsync(Node.Stream, "body", Body)));
        }
    }

    private static double Median(List<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
