using System.Runtime.InteropServices;
using System.Text.Json;
using Eventide.Cli.Tests.Support;

namespace Eventide.Cli.Tests.Running;

public sealed class ReloadTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_new_build_runs_in_place_of_the_old_one_and_a_bad_one_is_told_and_awaited()
    {
        var app = _folder["App/App.dll"];
        CopyFolder(Path.GetDirectoryName(Built.TestHandlers)!, _folder["App"]);
        File.Copy(Built.TestHandlers, app);
        var orders = _folder.Write("in.ndjson", """{"n":1}""", """{"n":2}""");
        using var run = CliProcess.Start(
            ["run", "--app", app, "--queue", "file:" + orders, "--dead-letter", "file:" + _folder["dead"], "--reload", "--json"],
            new Dictionary<string, string> { ["TEST_RECORD"] = _folder["record"] },
            _folder.Path);
        await SummariesAsync(run, 1);
        Assert.Equal((2, 0), (Summaries(run)[0].Total("succeeded"), Summaries(run)[0].Total("unmatched")));

        // The worker runs from a copy: what it has loaded can be written over.
        await WriteAsync(app, "no assembly"u8.ToArray());
        await Eventually.HoldsAsync(() => run.Errors.Any(e => e.Contains("not a .NET assembly", StringComparison.Ordinal)), "the bad build is told", () => run.All);
        Assert.False(run.HasExited, run.All);
        Assert.Single(Summaries(run));

        await WriteAsync(app, await File.ReadAllBytesAsync(Built.Orders, TestContext.Current.CancellationToken));
        await SummariesAsync(run, 2);
        Assert.Equal((0, 2), (Summaries(run)[1].Total("succeeded"), Summaries(run)[1].Total("unmatched")));

        run.Signal(PosixSignal.SIGTERM);
        var result = await run.WaitAsync();
        Assert.True(result.Code == 3, result.ToString());
        Assert.Equal("summary", result.Json[^1].GetProperty("event").GetString());
    }

    [Fact]
    public async Task A_change_of_the_configuration_has_running_handlers_finish_before_the_next_run()
    {
        var config = _folder.Write("settings.json", "{}");
        var gates = _folder.Write("gates.ndjson", JsonSerializer.Serialize(new Dictionary<string, string> { ["do"] = "gate", ["folder"] = _folder.Path }));
        using var run = CliProcess.Start(
            ["run", "--app", Built.TestHandlers, "--config", config, "--queue", "file:" + gates, "--dead-letter", "file:" + _folder["dead"], "--reload", "--json"],
            new Dictionary<string, string> { ["TEST_RECORD"] = _folder["record"] },
            _folder.Path);
        await Eventually.HoldsAsync(() => Directory.GetFiles(_folder.Path, "started-*").Length == 1, "the handler runs", () => run.All);

        _folder.Write("settings.json", """{ "Eventide": { "Concurrency": 3 } }""");
        await Eventually.HoldsAsync(() => run.Output.Any(l => l.Contains("\"name\":\"Stopping\"", StringComparison.Ordinal)), "it drains", () => run.All);
        Assert.Empty(Summaries(run));
        _folder.Write("release");
        await SummariesAsync(run, 2);
        Assert.All(Summaries(run), s => Assert.Equal((1, 0), (s.Total("succeeded"), s.Total("failed"))));

        run.Signal(PosixSignal.SIGINT);
        Assert.Equal(0, (await run.WaitAsync()).Code);
    }

    [Theory]
    [InlineData("--reload watches the assemblies that are named with --app", "--queue", "memory:x")]
    [InlineData("--reload cannot read standard input", "--queue", "-", "--app", "HANDLERS")]
    public async Task What_cannot_be_watched_or_read_again_is_wrong_usage(string why, params string[] arguments)
    {
        var result = await CliProcess.RunAsync(["run", "--reload", .. arguments.Select(a => a == "HANDLERS" ? Built.TestHandlers : a)], folder: _folder.Path);

        Assert.Equal(2, result.Code);
        Assert.Contains(why, Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    private static List<CliResult> Summaries(CliProcess run) =>
        [.. run.Output.Where(l => JsonDocument.Parse(l).RootElement.GetProperty("event").GetString() == "summary").Select(l => new CliResult(0, [l], []))];

    private static Task SummariesAsync(CliProcess run, int count) => Eventually.HoldsAsync(() => Summaries(run).Count == count, $"run {count} is over", () => run.All);

    private static async Task WriteAsync(string file, byte[] bytes)
    {
        // In place, as a build does it.
        await using var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read);
        await stream.WriteAsync(bytes);
    }

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
