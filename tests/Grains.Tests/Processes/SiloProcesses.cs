using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Eventide.Queues.Redis.Tests.Server;

namespace Eventide.Orleans.Tests.Processes;

/// <summary>A cluster of silo processes on a redis-server of its own: members, grain directory, storage and reminders. All ends with it.</summary>
internal sealed class SiloProcesses : IAsyncDisposable
{
    private readonly string _journals = Directory.CreateTempSubdirectory("eventide-silos-").FullName;
    private readonly List<SiloProcess> _silos = [];

    private SiloProcesses(RedisServer redis) => Redis = redis;

    public RedisServer Redis { get; }

    /// <summary>The queue of all silos.</summary>
    public string Queue { get; set; } = "";

    /// <summary>Settings of all silos beside those of the cluster, by name.</summary>
    public Dictionary<string, string> Settings { get; } = new(StringComparer.Ordinal);

    /// <summary>What all silos have noted, in the order of time.</summary>
    public IReadOnlyList<JournalEntry> Entries => [.. _silos.SelectMany(s => s.Entries).OrderBy(e => e.At)];

    /// <summary>Messages done, repeated ones as often as they were done.</summary>
    public IReadOnlyList<int> Done => [.. _silos.SelectMany(s => s.Done)];

    public static async Task<SiloProcesses> StartAsync() => new(await RedisServer.StartAsync("--appendonly", "no"));

    /// <summary>Starts silos at once, and waits until all are ready.</summary>
    public async Task<SiloProcess[]> StartSilosAsync(int count)
    {
        var started = Enumerable.Range(0, count).Select(_ => Start()).ToArray();
        foreach (var silo in started)
        {
            await silo.IsReadyAsync();
        }

        return started;
    }

    public async Task<SiloProcess> StartSiloAsync() => (await StartSilosAsync(1))[0];

    /// <summary>Waits until each of these silos receives so many partitions, of the eight there are.</summary>
    public Task ReceiveAsync(SiloProcess[] silos, int partitions) => Wait.UntilAsync(
        () => Array.TrueForAll(silos, s => s.Partitions >= partitions), "the silos receive", 60, State);

    /// <summary>Waits until so many different messages are done.</summary>
    public Task HasDoneAsync(int count, int seconds = 60) => Wait.UntilAsync(
        () => Done.Distinct().Count() >= count, $"{count} messages are done", seconds, State);

    /// <summary>How far each silo is, for the message of a failed assertion.</summary>
    public string State() => string.Join("; ", _silos.Select(s => $"silo {s.Id}: {s.Partitions} partitions, {s.Done.Count} done, {s.Entries.Count(e => e.Kind == 'f')} failed"));

    /// <summary>How many messages were done at which attempt, for people to read.</summary>
    public string Attempts() => "done at attempt " + string.Join(", ", Entries.Where(e => e.Kind == 'd').GroupBy(e => e.Attempt).OrderBy(g => g.Key).Select(g => $"{g.Key}: {g.Count()}"));

    /// <summary>No attempt's number is given twice: each attempt at a message has a higher one than that before. But for those that were
    /// done and not yet acknowledged when their silo was killed: they come again as if they had not been done.</summary>
    public void CheckAttempts()
    {
        var twice = Done.GroupBy(n => n).Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet();
        Assert.All(
            Entries.Where(e => e.Kind == 's' && !twice.Contains(e.Number)).GroupBy(e => e.Number),
            starts => Assert.Equal(starts.Select(e => e.Attempt).Distinct().Order(), starts.Select(e => e.Attempt)));
    }

    /// <summary>Only what a certain silo had begun was done twice.</summary>
    public void CheckRepeated(SiloProcess by)
    {
        var repeated = Done.GroupBy(n => n).Where(g => g.Count() > 1).Select(g => g.Key);
        Assert.Empty(repeated.Except(by.Entries.Select(e => e.Number)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var silo in _silos)
        {
            await silo.DisposeAsync();
        }

        await Redis.DisposeAsync();
        Directory.Delete(_journals, recursive: true);
    }

    private SiloProcess Start()
    {
        var redis = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Redis.Port}");
        var http = $"http://127.0.0.1:{FreePort()}";
        List<string> arguments =
        [
            Path.Combine(AppContext.BaseDirectory, "Eventide.Silo.dll"),
            "--Silo:Apps:0", typeof(RecordingHandler).Assembly.Location, "--Silo:Redis", redis,
            "--Silo:SiloPort", FreePort(), "--Silo:GatewayPort", "0", "--Silo:Http", http, "--Eventide:Queue", Queue,
        ];
        foreach (var (name, value) in Settings)
        {
            arguments.AddRange([$"--{name}", value]);
        }

        var program = RunningProgram.Start("dotnet", new Dictionary<string, string>(StringComparer.Ordinal) { ["EVENTIDE_TEST_JOURNALS"] = _journals }, [.. arguments]);
        var silo = new SiloProcess(program, new Uri(http), Path.Combine(_journals, $"{program.Id}.journal"));
        _silos.Add(silo);
        return silo;
    }

    private static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
