// dotnet run -c Release --project benchmarks/Sqs [-- --messages N] [--warm-up SECONDS] [--latency MS] [--receivers N] [--rounds N]
//
// Drains the same stub with Eventide's SQS provider and with npm's sqs-consumer, by turns, the stub a process of its own, and
// prints both rates and their ratio: once with a stub that answers at once, once with one that takes 20 ms as SQS does.
// The first run installs sqs-consumer beside this file with npm.
// The parts alone: `-- stub [--latency MS]`, `-- drain ENDPOINT [--messages N] [--warm-up SECONDS] [--receivers N]`.
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Eventide;
using Eventide.Benchmarks.Sqs;
using Eventide.Queues.Sqs;

var messages = Option("--messages", 30_000);
var warmUp = Option("--warm-up", 5);
var latency = Option("--latency", 0);
var receivers = Option("--receivers", 8);
switch (args.FirstOrDefault())
{
    case "stub":
        await using (var stub = await StubServer.StartAsync(TimeSpan.FromMilliseconds(latency)))
        {
            Console.WriteLine(stub.Endpoint);
            // Until the one that started it is gone. A line asks for the count.
            while (await Console.In.ReadLineAsync() is not null)
            {
                Console.WriteLine(stub.Deleted.ToString(CultureInfo.InvariantCulture));
            }
        }

        return 0;

    case "drain":
        var (seconds, cpuSeconds) = await Drain.RunAsync(args[1], TimeSpan.FromSeconds(warmUp), messages, receivers);
        Console.WriteLine(JsonSerializer.Serialize(new { handled = messages, seconds, cpuSeconds }));
        return 0;

    default:
        return await CompareAsync();
}

async Task<int> CompareAsync()
{
    var folder = FindFolder();
    if (!Directory.Exists(Path.Combine(folder, "node_modules", "sqs-consumer")))
    {
        using var npm = Start("npm", folder, "install", "--no-audit", "--no-fund", "--silent");
        await npm.WaitForExitAsync();
    }

    if (args.Contains("--latency"))
    {
        await CompareAtAsync(latency, messages, messages);
        return 0;
    }

    await CompareAtAsync(0, messages, messages);

    // One call at a time gets ten messages in 40 ms: fewer do for that side.
    await CompareAtAsync(20, messages, 2_000);
    return 0;
}

async Task CompareAtAsync(int milliseconds, int forUs, int forThem)
{
    var rounds = Option("--rounds", 3);
    var ours = new List<(double Rate, double Cpu)>();
    var theirs = new List<(double Rate, double Cpu)>();
    for (var round = 0; round < rounds; round++)
    {
        // By turns, so that a busy machine is busy for both.
        ours.Add(await MeasureAsync(milliseconds, "eventide    ", e => Start(
            Environment.ProcessPath!, FindFolder(), "drain", e, "--messages", Text(forUs), "--warm-up", Text(warmUp), "--receivers", Text(receivers))));
        theirs.Add(await MeasureAsync(milliseconds, "sqs-consumer", e => Start("node", FindFolder(), "consumer.mjs", e, Text(warmUp), Text(forThem))));
    }

    var (our, their) = (Median(ours.Select(o => o.Rate)), Median(theirs.Select(t => t.Rate)));
    var cpu = Median(theirs.Select(t => t.Cpu)) / Median(ours.Select(o => o.Cpu));
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{milliseconds} ms latency, median of {rounds}: eventide {our:N0}/s, sqs-consumer {their:N0}/s, ratio {our / their:0.0}; processor time a message, ratio {cpu:0.0}"));
}

static double Median(IEnumerable<double> values)
{
    var sorted = values.Order().ToList();
    return sorted[sorted.Count / 2];
}

async Task<(double Rate, double Cpu)> MeasureAsync(int milliseconds, string name, Func<string, Process> start)
{
    using var stub = Start(Environment.ProcessPath!, FindFolder(), "stub", "--latency", Text(milliseconds));
    try
    {
        var endpoint = await stub.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the stub did not start");
        using var side = start(endpoint);
        var line = await side.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"{name.Trim()} said nothing");
        await side.WaitForExitAsync();
        await stub.StandardInput.WriteLineAsync();
        var deleted = long.Parse((await stub.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        using var result = JsonDocument.Parse(line);
        double Take(string key) => result.RootElement.GetProperty(key).GetDouble();
        var (handled, seconds, cpu) = (Take("handled"), Take("seconds"), Take("cpuSeconds"));

        // The last batch may have been handled and not yet deleted when the side stops its clock.
        if (deleted < handled - 100)
        {
            throw new InvalidOperationException($"{name.Trim()} says it handled {handled}, but deleted {deleted}");
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{milliseconds,3} ms  {name} {handled / seconds,10:N0} messages/s ({handled} in {seconds:0.00} s, {cpu * 1e6 / handled:0.0} us of processor each)"));
        return (handled / seconds, cpu / handled);
    }
    finally
    {
        stub.StandardInput.Close();
        await stub.WaitForExitAsync();
    }
}

static Process Start(string program, string folder, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
{
    WorkingDirectory = folder,
    UseShellExecute = false,
    RedirectStandardInput = true,
    RedirectStandardOutput = true,
})!;

static string FindFolder()
{
    for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
    {
        var here = Path.Combine(folder.FullName, "benchmarks", "Sqs");
        if (File.Exists(Path.Combine(here, "consumer.mjs")))
        {
            return here;
        }
    }

    throw new DirectoryNotFoundException("benchmarks/Sqs is not above this program; run it from the repository.");
}

static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

int Option(string name, int otherwise)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
}
