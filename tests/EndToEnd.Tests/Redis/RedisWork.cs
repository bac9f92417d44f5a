using System.Globalization;
using Eventide.Queues.Redis.Tests.Server;

namespace Eventide.EndToEnd.Tests.Redis;

/// <summary>A redis-server with a stream of numbered messages, put there by redis-cli, and the workers that handle them.</summary>
internal sealed class RedisWork : IAsyncDisposable
{
    public const string Stream = "work";

    private const string Group = "workers";

    // One command for all, so that a test does not spend its time on sending.
    private const string Fill = """
        for n = tonumber(ARGV[1]), tonumber(ARGV[2]) do
          local every = tonumber(ARGV[3])
          local poison = every > 0 and n % every == 0 and ',"poison":true' or ''
          redis.call('XADD', KEYS[1], '*', 'body', '{"kind":"work","n":' .. n .. poison .. '}')
        end
        """;

    private readonly List<RunningProgram> _workers = [];

    private RedisWork(RedisServer server) => Server = server;

    public RedisServer Server { get; }

    public Journals Journals { get; } = new();

    public static async Task<RedisWork> StartAsync() => new(await RedisServer.StartAsync());

    /// <summary>The queue's URI, through a proxy where a port is given.</summary>
    public string Uri(int? port = null, string stream = Stream) => string.Create(
        CultureInfo.InvariantCulture,
        $"redis://127.0.0.1:{port ?? Server.Port}?stream={stream}&group={Group}{(stream == Stream ? "&dead-letter=dead" : "")}");

    public async Task FillAsync(int count, int poisonEvery = 0)
    {
        var answer = await Server.CliAsync(
            "EVAL", Fill, "1", Stream, "1", count.ToString(CultureInfo.InvariantCulture), poisonEvery.ToString(CultureInfo.InvariantCulture));
        Assert.Equal("", answer);
        Assert.Equal(count.ToString(CultureInfo.InvariantCulture), await Server.CliAsync("XLEN", Stream));
    }

    public RunningProgram StartWorker(WorkerSettings settings, int? port = null, params string[] arguments)
    {
        var worker = BuiltPrograms.StartCli(
            settings.Environment(Journals.Folder), ["run", "--app", BuiltPrograms.Recorder, "--queue", Uri(port), "--json", .. arguments]);
        _workers.Add(worker);
        return worker;
    }

    /// <summary>How many messages were given out and not yet acknowledged; those of one process, or of all.</summary>
    public async Task<int> InFlightAsync(int? processId = null)
    {
        // The total, the lowest and the highest id, then each consumer and its number.
        var lines = (await Server.CliAsync("XPENDING", Stream, Group)).Split('\n');
        if (processId is null)
        {
            return int.Parse(lines[0], CultureInfo.InvariantCulture);
        }

        var mark = string.Create(CultureInfo.InvariantCulture, $"-{processId}-");
        return lines.Skip(3).Chunk(2).Where(c => c[0].Contains(mark, StringComparison.Ordinal)).Sum(c => int.Parse(c[1], CultureInfo.InvariantCulture));
    }

    /// <summary>Waits until all is handled and acknowledged, and ends the worker.</summary>
    /// <param name="count">How many messages there are.</param>
    /// <param name="worker">The worker.</param>
    /// <param name="mayLoseLeases">Whether a lease may have been lost between the work and its acknowledgement, of which the exit code tells.</param>
    /// <returns>Every message handled, once for each time that it was.</returns>
    public async Task<IReadOnlyList<(int Number, int Attempt)>> FinishAsync(int count, RunningProgram worker, bool mayLoseLeases = false)
    {
        await Journals.HasAsync(count, worker);
        await Eventide.Tests.Eventually.IsTrue(async () => await InFlightAsync() == 0, RunningProgram.Bound);
        await worker.TerminateAsync();
        var code = await worker.EndsAsync();
        Assert.True(code == 0 || (mayLoseLeases && code == 3), $"exit code {code}:\n{worker.Said}");

        var handled = Journals.Read();
        Assert.Equal(Enumerable.Range(1, count), handled.Select(h => h.Number).Distinct().Order());
        return handled;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }

        await Server.DisposeAsync();
        Journals.Dispose();
    }
}
