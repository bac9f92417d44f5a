using System.Text.Json;
using Eventide.Cli.Tests.Support;

namespace Eventide.Cli.Tests.Commands;

/// <summary>send, queue and dlq, on files.</summary>
public sealed class QueueCommandTests : IDisposable
{
    private const string Dead = """{"eventide":1,"attributes":{"eventide-failure":"Exception","eventide-reason":"TimeoutException: late","eventide-source-queue":"orders","mine":"kept"},"body":{"n":1}}""";
    private const string Unmatched = """{"eventide":1,"attributes":{"eventide-failure":"Unmatched","eventide-reason":"no handler's rules match"},"body":{"n":2}}""";

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Lines_are_sent_as_messages_with_what_their_envelopes_bring()
    {
        var file = _folder.Write("in", """{"n":1}""", "", "no json", Dead);

        var result = await RunAsync("send", "--queue", "file:out", "--file", file, "--group", "g", "--json");

        Assert.True(result.Code == 0, result.ToString());
        Assert.Equal((3, 0), (result.Total("sent"), result.Total("failed")));
        var sent = _folder.Lines("out").Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.All(sent, m => Assert.Equal("g", m.GetProperty("group").GetString()));
        Assert.Equal("no json", sent[1].GetProperty("text").GetString());
        Assert.Equal("kept", sent[2].GetProperty("attributes").GetProperty("mine").GetString());
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_named_and_the_others_are_sent()
    {
        var file = _folder.Write("in", """{"n":1}""", $"\"{new string('x', 5000)}\"", """{"n":3}""");

        var result = await RunAsync("send", "--queue", "file:out?max-line=1024", "--file", file, "--json");

        Assert.Equal((3, 2, 1), (result.Code, result.Total("sent"), result.Total("failed")));
        Assert.Equal(2, result.Json.Single(l => l.GetProperty("event").GetString() == "failed").GetProperty("line").GetInt32());
        Assert.Equal(2, _folder.Lines("out").Length);
    }

    [Theory]
    [InlineData("cannot hold messages back", "--queue", "file:out", "--delay", "3s")]
    [InlineData("expected a time such as", "--queue", "file:out", "--delay", "soon")]
    [InlineData("a memory queue lives and ends with the process", "--queue", "memory:out")]
    [InlineData("both write to standard output", "--queue", "-", "--json")]
    [InlineData("missing: the file does not exist", "--queue", "file:out", "--file", "missing")]
    public async Task What_cannot_be_sent_so_is_wrong_usage(string expected, params string[] arguments)
    {
        var result = await RunAsync(["send", .. arguments]);

        Assert.True(result.Code == 2, result.ToString());
        Assert.Contains(expected, Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queue_can_be_created_counted_peeked_at_and_purged()
    {
        Assert.True((await RunAsync("queue", "create", "--queue", "file:q", "--json")).Json[0].GetProperty("created").GetBoolean());
        Assert.False((await RunAsync("queue", "create", "--queue", "file:q", "--json")).Json[0].GetProperty("created").GetBoolean());
        _folder.Write("q", """{"n":1}""", """{"n":2}""", """{"n":3}""");

        Assert.Equal(3, (await RunAsync("queue", "stats", "--queue", "file:q", "--json")).Json[0].GetProperty("ready").GetInt32());
        var peeked = await RunAsync("queue", "peek", "--queue", "file:q", "--filter", "body.n >= 2", "--limit", "1", "--json");
        Assert.Equal(2, Assert.Single(peeked.Json).GetProperty("body").GetProperty("n").GetInt32());

        Assert.Equal(3, (await RunAsync("queue", "purge", "--queue", "file:q", "--dry-run", "--json")).Total("would_remove"));
        Assert.Equal(3, _folder.Lines("q").Length);
        Assert.Equal(3, (await RunAsync("queue", "purge", "--queue", "file:q", "--json")).Total("removed"));
        Assert.Empty(_folder.Lines("q"));
    }

    [Fact]
    public async Task Dead_letters_are_listed_with_what_they_died_of()
    {
        _folder.Write("dlq", Dead, Unmatched);

        var list = await RunAsync("dlq", "list", "--queue", "file:dlq");
        var show = await RunAsync("dlq", "show", "--queue", "file:dlq", "--filter", "attributes.\"eventide-failure\" == 'Exception'");

        Assert.Contains(list.Output, l => l.Contains("TimeoutException: late", StringComparison.Ordinal));
        Assert.Contains(list.Output, l => l.Contains("no handler's rules match", StringComparison.Ordinal));
        Assert.Contains("eventide-source-queue: orders", show.Output);
        Assert.DoesNotContain(show.Output, l => l.Contains("Unmatched", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Redrive_sends_what_the_filter_chooses_as_it_was_before_it_died()
    {
        _folder.Write("dlq", Dead, Unmatched);
        string[] arguments = ["dlq", "redrive", "--queue", "file:dlq", "--to", "file:orders", "--filter", "attributes.\"eventide-failure\" == 'Exception'"];

        var dry = await RunAsync([.. arguments, "--dry-run"]);
        Assert.Equal("1 of 2 messages would be redriven, 0 failed", dry.Output[^1]);
        Assert.False(File.Exists(_folder["orders"]));

        var result = await RunAsync(arguments);

        Assert.True(result.Code == 0, result.ToString());
        Assert.Equal("1 of 2 messages redriven, 0 failed", Assert.Single(result.Output));
        Assert.Equal("""{"eventide":1,"attributes":{"mine":"kept"},"body":{"n":1}}""", Assert.Single(_folder.Lines("orders")));

        // A file is never changed by reading it: the command says so.
        Assert.Contains("still holds the lines", Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redrive_without_a_target_leaves_what_does_not_name_one_and_says_so()
    {
        _folder.Write("dlq", Dead, Unmatched);

        var result = await RunAsync("dlq", "redrive", "--queue", "file:dlq");

        Assert.Equal((3, "0 of 2 messages redriven, 2 failed"), (result.Code, Assert.Single(result.Output)));
        Assert.All(result.Errors, l => Assert.Contains("--to URI", l, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("this is the dead-letter queue itself", "redrive", "--queue", "file:dlq", "--to", "file:dlq")]
    [InlineData("single lines cannot be removed from a file", "purge", "--queue", "file:dlq", "--limit", "1")]
    [InlineData("--filter cannot be read", "list", "--queue", "file:dlq", "--filter", "a ==")]
    public async Task What_makes_no_sense_is_wrong_usage(string expected, params string[] arguments)
    {
        _folder.Write("dlq", Dead);

        var result = await RunAsync(["dlq", .. arguments]);

        Assert.True(result.Code == 2, result.ToString());
        Assert.Contains(expected, result.Errors[0], StringComparison.Ordinal);
        Assert.Single(_folder.Lines("dlq"));
    }

    [Fact]
    public async Task A_dead_letter_file_can_be_purged_whole()
    {
        _folder.Write("dlq", Dead, Unmatched);

        var result = await RunAsync("dlq", "purge", "--queue", "file:dlq", "--json");

        Assert.Equal((0, 2), (result.Code, result.Total("removed")));
        Assert.Empty(_folder.Lines("dlq"));
    }

    private Task<CliResult> RunAsync(params string[] arguments) => CliProcess.RunAsync(arguments, folder: _folder.Path);
}
