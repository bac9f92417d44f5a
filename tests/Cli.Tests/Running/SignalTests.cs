using System.Runtime.InteropServices;
using System.Text.Json;
using Eventide.Cli.Tests.Support;

namespace Eventide.Cli.Tests.Running;

public sealed class SignalTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(PosixSignal.SIGTERM)]
    [InlineData(PosixSignal.SIGINT)]
    public async Task The_first_signal_lets_running_handlers_finish_and_takes_no_more(PosixSignal signal)
    {
        using var run = await StartGatesAsync(gates: 3, concurrency: 2);

        run.Signal(signal);
        await Eventually.HoldsAsync(() => run.Output.Any(l => l.Contains("\"stopping\"", StringComparison.Ordinal)), "news of the signal", () => run.All);
        Assert.False(run.HasExited);
        _folder.Write("release");
        var result = await run.WaitAsync();

        // The one that waited cannot be read from standard input again: it is in the dead letters.
        Assert.True(result.Code == 3, result.ToString());
        Assert.Equal((2, 0, 1), (result.Total("succeeded"), result.Total("failed"), result.Total("dead_lettered")));
        Assert.Single(_folder.Lines("dead"));
        Assert.Equal(2, _folder.Lines("record").Length);
        Assert.Equal(signal.ToString(), result.Json.Single(l => l.GetProperty("event").GetString() == "stopping").GetProperty("signal").GetString());
    }

    [Theory]
    [InlineData(PosixSignal.SIGTERM)]
    [InlineData(PosixSignal.SIGINT)]
    public async Task The_second_signal_ends_at_once_with_code_130_and_a_summary(PosixSignal signal)
    {
        using var run = await StartGatesAsync(gates: 3, concurrency: 2);

        run.Signal(signal);
        await Eventually.HoldsAsync(() => run.Output.Any(l => l.Contains("\"stopping\"", StringComparison.Ordinal)), "news of the signal", () => run.All);
        run.Signal(signal);
        var result = await run.WaitAsync();

        // The handlers never end: nothing is counted as handled that was not.
        Assert.True(result.Code == 130, result.ToString());
        Assert.Equal(0, result.Total("succeeded"));
        Assert.InRange(result.Total("dead_lettered"), 0, 3);
        Assert.Empty(_folder.Lines("record"));
    }

    [Fact]
    public async Task A_signal_ends_an_idle_worker_with_code_0()
    {
        using var run = Start("memory:idle", 2);
        await Eventually.HoldsAsync(() => run.Output.Any(l => l.Contains("\"name\":\"Started\"", StringComparison.Ordinal)), "the start", () => run.All);

        run.Signal(PosixSignal.SIGTERM);
        var result = await run.WaitAsync();

        Assert.True(result.Code == 0, result.ToString());
        Assert.Equal(0, result.Total("received"));
    }

    [Fact]
    public async Task After_a_signal_too_dead_letters_mean_code_3()
    {
        using var run = await StartGatesAsync(gates: 1, concurrency: 2, """{"do":"throw"}""");
        await Eventually.HoldsAsync(() => _folder.Lines("dead").Length == 1, "the dead letter", () => run.All);

        run.Signal(PosixSignal.SIGTERM);
        _folder.Write("release");
        var result = await run.WaitAsync();

        Assert.Equal((3, 1, 1), (result.Code, result.Total("succeeded"), result.Total("dead_lettered")));
    }

    [Fact]
    public async Task When_the_drain_time_is_over_what_still_runs_is_given_back()
    {
        using var run = await StartGatesAsync(gates: 1, concurrency: 1, environment: new() { ["EVENTIDE__DRAINTIMEOUT"] = "00:00:00.200" });

        run.Signal(PosixSignal.SIGTERM);
        var result = await run.WaitAsync();

        Assert.Equal(0, result.Total("succeeded"));
        Assert.Contains(result.Json, l => l.TryGetProperty("name", out var name) && name.GetString() == "DrainOver");
        Assert.True(result.Code == 3, result.ToString());
        Assert.Single(_folder.Lines("dead"));
    }

    private async Task<CliProcess> StartGatesAsync(int gates, int concurrency, string? first = null, Dictionary<string, string>? environment = null)
    {
        // Standard input stays open: only a signal ends the run.
        var run = Start("-", concurrency, environment);
        if (first is not null)
        {
            await run.Input.WriteLineAsync(first);
        }

        for (var i = 0; i < gates; i++)
        {
            await run.Input.WriteLineAsync(JsonSerializer.Serialize(new Dictionary<string, string> { ["do"] = "gate", ["folder"] = _folder.Path }));
        }

        await run.Input.FlushAsync();
        await Eventually.HoldsAsync(
            () => Directory.GetFiles(_folder.Path, "started-*").Length == Math.Min(gates, concurrency), "the gates to be entered", () => run.All);
        return run;
    }

    private CliProcess Start(string queue, int concurrency, Dictionary<string, string>? environment = null) => CliProcess.Start(
        [
            "run", "--app", Built.TestHandlers, "--queue", queue, "--dead-letter", "file:" + _folder["dead"], "--json",
            "--concurrency", concurrency.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ],
        new Dictionary<string, string>(environment ?? []) { ["TEST_RECORD"] = _folder["record"] });
}
