using System.Text.Json;
using Eventide.Cli.Tests.Support;

namespace Eventide.Cli.Tests.Running;

public sealed class BadHandlerTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("throw", 3, "InvalidOperationException: thrown on purpose")]
    [InlineData("hang", 3, "the handler ran longer than its timeout of 0.1 s")]
    [InlineData("ignore-token", 3, "the handler ran longer than its timeout of 0.1 s")]
    [InlineData("thread-ends", 3, "the handler ran longer than its timeout of 0.1 s")]
    [InlineData("thread-throws", 1, "the handler ran longer than its timeout of 0.1 s")]
    public async Task A_bad_handler_costs_its_own_message_alone(string what, int code, string reason)
    {
        var result = await RunAsync([.. Enumerable.Range(0, 20).Select(i => i == 3 ? $$"""{"do":"{{what}}"}""" : """{"n":1}""")]);

        Assert.True(result.Code == code, result.ToString());
        Assert.Equal((19, 1), (result.Total("succeeded"), result.Total("dead_lettered")));
        Assert.Equal(19, _folder.Lines("record").Length);
        var dead = JsonDocument.Parse(Assert.Single(_folder.Lines("dead"))).RootElement;
        Assert.Equal(what, dead.GetProperty("body").GetProperty("do").GetString());
        Assert.StartsWith(reason, dead.GetProperty("attributes").GetProperty("eventide-reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_exception_on_a_stray_thread_is_told_of_and_the_worker_goes_on()
    {
        var result = await RunAsync("""{"do":"thread-throws"}""", """{"n":1}""");

        var log = result.Json.Single(l => l.TryGetProperty("name", out var name) && name.GetString() == "StrayFailure");
        Assert.Contains("thrown on a stray thread", log.GetProperty("exception").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_foreground_thread_of_a_handler_does_not_keep_the_command_from_ending()
    {
        var result = await RunAsync("""{"do":"foreground-thread"}""");

        Assert.Equal((0, 1), (result.Code, result.Total("succeeded")));
    }

    [Fact]
    public async Task When_every_slot_is_stuck_the_worker_says_so_and_ends_with_code_1_and_nothing_is_lost()
    {
        var input = Enumerable.Repeat("""{"do":"hang"}""", 2).Concat(Enumerable.Repeat("""{"n":1}""", 5)).ToArray();

        var result = await RunAsync(input, "--concurrency", "2");

        Assert.True(result.Code == 1, result.ToString());
        Assert.Contains("stuck", Assert.Single(result.Errors), StringComparison.Ordinal);

        // The file is never changed: what was not handled is still there for the next run.
        Assert.True(result.Total("succeeded") <= 5, result.ToString());
    }

    private Task<CliResult> RunAsync(params string[] lines) => RunAsync(lines, "--concurrency", "16");

    private Task<CliResult> RunAsync(string[] lines, params string[] more) => CliProcess.RunAsync(
        ["run", "--app", Built.TestHandlers, "--queue", "file:" + _folder.Write("in", lines), "--dead-letter", "file:" + _folder["dead"], "--json", .. more],
        environment: new Dictionary<string, string> { ["TEST_RECORD"] = _folder["record"] });
}
