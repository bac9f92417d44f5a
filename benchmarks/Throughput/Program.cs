// Messages from a file through `eventide run`, beside JsonDocument.Parse alone over the same lines, in one run.
//   dotnet build -c Release src/Cli && dotnet run -c Release --project benchmarks/Throughput [-- MESSAGES [ROUNDS]]
// EVENTIDE_CLI names another Eventide.Cli.dll to measure, such as one published ahead of time.
// The figure to look at is the last: messages a second and core of Eventide, by CPU time, over those of JsonDocument.Parse on one core.
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Eventide.Benchmarks.Throughput;

var count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 3;
var path = Path.Combine(Path.GetTempPath(), $"eventide-throughput-{Environment.ProcessId}.ndjson");
try
{
    Generate(path, count);
    var lines = ReadLines(path);
    Parse(lines);
    var ratios = new List<double>();
    for (var round = 0; round < rounds; round++)
    {
        // Before and after, since a busy machine is not as busy a second later.
        var before = Parse(lines);
        var run = RunCommand(path, count);
        var parse = (before + Parse(lines)) / 2;
        var ratio = parse / run.Cpu;
        ratios.Add(ratio);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"JsonDocument.Parse {count / parse.TotalSeconds / 1000:F0}k/s on one core | eventide run {count / run.Seconds / 1000:F0}k/s, {count / run.Cpu.TotalSeconds / 1000:F0}k/s and core, at most {run.Peak / 1048576.0:F0} MiB | per core {ratio:F2} of JsonDocument.Parse"));
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

static Run RunCommand(string path, int count)
{
    // The command as a user runs it: a process of its own, start and just-in-time compilation included.
    var cli = Environment.GetEnvironmentVariable("EVENTIDE_CLI") ?? Path.Combine(AppContext.BaseDirectory.Replace(Path.Combine("benchmarks", "Throughput"), Path.Combine("src", "Cli"), StringComparison.Ordinal), "Eventide.Cli.dll");
    var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, UseShellExecute = false };
    foreach (var argument in new[] { cli, "run", "--app", typeof(LargeOrders).Assembly.Location, "--queue", "file:" + path, "--json" })
    {
        start.ArgumentList.Add(argument);
    }

    using var process = Process.Start(start)!;
    var output = process.StandardOutput.ReadToEndAsync();
    var run = default(Run);
    try
    {
        while (!process.WaitForExit(5))
        {
            process.Refresh();
            run = run with { Cpu = process.TotalProcessorTime, Peak = Math.Max(run.Peak, process.WorkingSet64) };
        }
    }
    catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
    {
        // It ended between two looks.
    }

    process.WaitForExit();
    var last = output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
    using var summary = JsonDocument.Parse(last);
    if (process.ExitCode != 0 || summary.RootElement.GetProperty("succeeded").GetInt64() != count)
    {
        throw new InvalidOperationException($"{count} messages sent, exit code {process.ExitCode}: {last}");
    }

    return run with { Seconds = summary.RootElement.GetProperty("seconds").GetDouble() };
}
