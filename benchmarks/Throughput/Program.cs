// One million messages from a file through the one-process engine, beside JsonDocument.Parse alone over the same lines, in one run.
//   dotnet run -c Release --project benchmarks/Throughput [-- MESSAGES [ROUNDS]]
// The figure to look at is the last: messages a second and core of Eventide, by CPU time, over those of JsonDocument.Parse on one core.
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Eventide;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

var count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3;
var path = Path.Combine(Path.GetTempPath(), $"eventide-throughput-{Environment.ProcessId}.ndjson");
try
{
    Generate(path, count);
    var lines = ReadLines(path);
    var ratios = new List<double>();
    for (var round = 0; round < rounds; round++)
    {
        var parse = Parse(lines);
        var (wall, cpu, peak) = await RunAsync(path, count);
        var ratio = count / cpu.TotalSeconds / (count / parse.TotalSeconds);
        ratios.Add(ratio);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"JsonDocument.Parse {count / parse.TotalSeconds / 1000:F0}k/s on one core | eventide {count / wall.TotalSeconds / 1000:F0}k/s, {count / cpu.TotalSeconds / 1000:F0}k/s and core, heap at most {peak / 1048576.0:F0} MiB | per core {ratio:F2} of JsonDocument.Parse"));
    }

    ratios.Sort();
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"median {ratios[ratios.Count / 2]:F2} (min {ratios[0]:F2}, max {ratios[^1]:F2}) of JsonDocument.Parse a second and core"));
}
finally
{
    File.Delete(path);
}

static void Generate(string path, int count)
{
    var random = new Random(42);
    string[] types = ["order", "payment_confirmed", "order_status_update", "refund"];
    using var writer = new StreamWriter(path, false, new UTF8Encoding(false), 1 << 16);
    for (var i = 0; i < count; i++)
    {
        writer.Write(string.Create(CultureInfo.InvariantCulture,
            $$$"""{"type":"{{{types[random.Next(types.Length)]}}}","total":{{{random.Next(1, 500)}}},"priority":{{{random.Next(10)}}},"customer_id":"{{{random.Next(100000)}}}","tags":["urgent","eu"],"user":{"verified":true},"order":{"id":"A-{{{i}}}","items":[{"sku":"x","qty":2},{"sku":"y","qty":1}]}}"""));
        writer.Write('\n');
    }
}

static List<byte[]> ReadLines(string path) => [.. File.ReadLines(path).Select(Encoding.UTF8.GetBytes)];

static TimeSpan Parse(List<byte[]> lines)
{
    GC.Collect();

    // By CPU time, as Eventide is: on a busy machine the clock on the wall measures the others.
    using var process = Process.GetCurrentProcess();
    var started = process.TotalProcessorTime;
    foreach (var line in lines)
    {
        using var document = JsonDocument.Parse(line);
    }

    process.Refresh();
    return process.TotalProcessorTime - started;
}

static async Task<(TimeSpan Wall, TimeSpan Cpu, long Peak)> RunAsync(string path, int count)
{
    var builder = Host.CreateEmptyApplicationBuilder(null);
    builder.Logging.SetMinimumLevel(LogLevel.Warning);
    builder.Services.AddEventide(e => e
        .Queue("file:" + path)
        .Handle("type == 'nothing'", (_, _) => HandlerResult.Done)
        .Handle("body.type == 'order' && body.total > 100", (_, _) => HandlerResult.Done, "large orders")
        .Handle("body.type == 'order'", (_, _) => HandlerResult.Done, "orders")
        .Handle("contains(body.tags, 'urgent')", (_, _) => HandlerResult.Done, "urgent")
        .Handle(null, (_, _) => HandlerResult.Done, "rest"));
    using var host = builder.Build();
    var monitor = host.Services.GetRequiredService<EventideMonitor>();
    using var process = Process.GetCurrentProcess();
    GC.Collect();
    var cpu = process.TotalProcessorTime;
    var started = Stopwatch.GetTimestamp();
    long peak = 0;
    using (new Timer(_ => peak = Math.Max(peak, GC.GetTotalMemory(false)), null, 50, 50))
    {
        await host.RunAsync();
    }

    var wall = Stopwatch.GetElapsedTime(started);
    process.Refresh();
    var stats = monitor.Stats[0];
    if (stats.Succeeded != count)
    {
        throw new InvalidOperationException($"{count} messages sent, {stats.Succeeded} handled: {stats}");
    }

    return (wall, process.TotalProcessorTime - cpu, peak);
}
