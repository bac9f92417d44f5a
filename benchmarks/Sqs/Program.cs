// dotnet run -c Release --project benchmarks/Sqs [-- --messages N] [--latency MS] [--receivers N] [--rounds N]
//
// Drains the same stub twice, with Eventide's SQS provider and with npm's sqs-consumer, the stub a process of its own, and
// prints both rates and their ratio. The first run installs sqs-consumer beside this file with npm.
// The parts alone: `-- stub [--latency MS]`, `-- drain ENDPOINT [--messages N] [--receivers N]`.
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Eventide;
using Eventide.Benchmarks.Sqs;
using Eventide.Queues.Sqs;

var messages = Option("--messages", 20_000);
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
        Console.WriteLine(JsonSerializer.Serialize(new { handled = messages, seconds = await Drain.RunAsync(args[1], messages, receivers) }));
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

    var rounds = Option("--rounds", 3);
    var ours = new List<double>();
    var theirs = new List<double>();
    for (var round = 0; round < rounds; round++)
    {
        // By turns, so that a busy machine is busy for both.
        ours.Add(await MeasureAsync("eventide    ", e => Start(Environment.ProcessPath!, folder, "drain", e, "--messages", Text(messages), "--receivers", Text(receivers))));
        theirs.Add(await MeasureAsync("sqs-consumer", e => Start("node", folder, "consumer.mjs", e, Text(messages))));
    }

    var ratio = ours.Order().ElementAt(rounds / 2) / theirs.Order().ElementAt(rounds / 2);
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"median of {rounds}, {latency} ms latency: eventide {ours.Order().ElementAt(rounds / 2):N0}/s, sqs-consumer {theirs.Order().ElementAt(rounds / 2):N0}/s, ratio {ratio:0.0}"));
    return 0;
}

async Task<double> MeasureAsync(string name, Func<string, Process> start)
{
    using var stub = Start(Environment.ProcessPath!, FindFolder(), "stub", "--latency", Text(latency));
    try
    {
        var endpoint = await stub.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the stub did not start");
        using var side = start(endpoint);
        var line = await side.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"{name.Trim()} said nothing");
        await side.WaitForExitAsync();
        await stub.StandardInput.WriteLineAsync();
        var deleted = long.Parse((await stub.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        using var result = JsonDocument.Parse(line);
        var (handled, seconds) = (result.RootElement.GetProperty("handled").GetInt64(), result.RootElement.GetProperty("seconds").GetDouble());

        // The last batch may have been handled and not yet deleted when the side stops its clock.
        if (deleted < handled - 100)
        {
            throw new InvalidOperationException($"{name.Trim()} says it handled {handled}, but deleted {deleted}");
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {handled / seconds,10:N0} messages/s ({handled} in {seconds:0.00} s)"));
        return handled / seconds;
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
