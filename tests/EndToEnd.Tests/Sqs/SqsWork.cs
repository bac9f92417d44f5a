using System.Globalization;
using System.Text.Json;
using Eventide.Queues.Sqs;
using Eventide.Queues.Sqs.Tests;

namespace Eventide.EndToEnd.Tests.Sqs;

/// <summary>A queue of fauxqs with its dead-letter queue, made and filled by Amazon's own client, and the workers on it.</summary>
internal sealed class SqsWork : IAsyncDisposable
{
    private static readonly Dictionary<string, string> Nothing = [];

    private readonly Fauxqs _server;
    private readonly List<RunningProgram> _workers = [];

    private SqsWork(Fauxqs server, string name)
    {
        _server = server;
        Name = name;
    }

    public string Name { get; }

    public string DeadName => Name + "-dead";

    public Journals Journals { get; } = new();

    public static async Task<SqsWork> StartAsync(Fauxqs server)
    {
        server.Need();
        Assert.SkipUnless(
            Directory.Exists(Path.Combine(BuiltPrograms.Clients, "node_modules")),
            "Amazon's client is not installed: run 'npm ci' in tests/EndToEnd.Tests/clients; test.sh does.");
        var work = new SqsWork(server, "w" + Guid.NewGuid().ToString("N")[..12]);
        await work.ClientAsync(null, "create", work.Name, work.DeadName);
        return work;
    }

    /// <summary>Numbered messages.</summary>
    public async Task FillAsync(int count) => await SendAsync(
        Enumerable.Range(1, count).Select(n => string.Create(CultureInfo.InvariantCulture, $$"""{"kind":"work","n":{{n}}}""")));

    public async Task SendAsync(IEnumerable<string> bodies)
    {
        var lines = bodies.ToList();
        var said = await ClientAsync(string.Join('\n', lines), "send", Name);
        Assert.Equal(lines.Count.ToString(CultureInfo.InvariantCulture), Assert.Single(said));
    }

    /// <summary>Takes messages out of a queue with Amazon's client.</summary>
    public async Task<List<JsonElement>> TakeAsync(string queue, int count) =>
        (await ClientAsync(null, "take", queue, count.ToString(CultureInfo.InvariantCulture))).ConvertAll(l => JsonSerializer.Deserialize<JsonElement>(l));

    public RunningProgram StartWorker(WorkerSettings settings, string app, params string[] arguments)
    {
        var worker = BuiltPrograms.StartCli(settings.Environment(Journals.Folder), ["run", "--app", app, "--queue", _server.Uri(Name), "--json", .. arguments]);
        _workers.Add(worker);
        return worker;
    }

    /// <summary>Messages that can be received now, and messages that somebody has.</summary>
    public async Task<(long Ready, long InFlight)> CountAsync()
    {
        await using var admin = await new SqsQueueProvider().OpenAdminAsync(QueueUri.Parse(_server.Uri(Name)), TestContext.Current.CancellationToken);
        var stats = await admin!.GetStatsAsync(TestContext.Current.CancellationToken);
        return (stats.Ready!.Value, stats.InFlight!.Value);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }

        Journals.Dispose();
    }

    private async Task<List<string>> ClientAsync(string? input, params string[] arguments)
    {
        await using var client = RunningProgram.Start("node", Nothing, [Path.Combine(BuiltPrograms.Clients, "sqs.mjs"), _server.Endpoint, .. arguments]);
        await client.FeedAsync(input ?? "");
        Assert.True(await client.EndsAsync() == 0, client.Said);
        return [.. client.Output];
    }
}
