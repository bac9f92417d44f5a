using System.Text.Json;
using Eventide.Cli.Tests.Support;

namespace Eventide.Cli.Tests.Running;

public sealed class RunTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task All_messages_handled_means_exit_code_0_and_a_summary_last()
    {
        var input = _folder.Write("in.ndjson", """{"n":1}""", """{"n":2}""", """{"do":"fail-twice"}""");

        var result = await RunAsync("--queue", "file:" + input, "--dead-letter", "file:" + _folder["dead"], "--json");

        Assert.True(result.Code == 0, result.ToString());
        Assert.Equal(
            ["event", "received", "succeeded", "failed", "retried", "dead_lettered", "unmatched", "seconds"],
            result.Summary.EnumerateObject().Select(p => p.Name));
        Assert.Equal((5, 3, 2), (result.Total("received"), result.Total("succeeded"), result.Total("failed")));
        Assert.Equal((2, 0, 0), (result.Total("retried"), result.Total("dead_lettered"), result.Total("unmatched")));
        Assert.Equal(2, _folder.Lines("record").Length);
    }

    [Fact]
    public async Task A_dead_letter_means_exit_code_3_and_tells_its_cause_on_one_line()
    {
        var input = _folder.Write("in.ndjson", """{"do":"throw"}""", """{"n":2}""");

        var result = await RunAsync("--queue", "file:" + input, "--dead-letter", "file:" + _folder["dead"], "--json");

        Assert.True(result.Code == 3, result.ToString());
        Assert.Equal((3, 2, 1), (result.Total("failed"), result.Total("retried"), result.Total("dead_lettered")));
        var dead = JsonDocument.Parse(Assert.Single(_folder.Lines("dead"))).RootElement;
        Assert.Equal("throw", dead.GetProperty("body").GetProperty("do").GetString());
        Assert.Equal("InvalidOperationException: thrown on purpose over two lines", dead.GetProperty("attributes").GetProperty("eventide-reason").GetString());
    }

    [Fact]
    public async Task What_no_rule_takes_is_dead_lettered_and_counted()
    {
        var input = _folder.Write("in.ndjson", """{"n":1}""");

        var result = await RunAsync(Nothing, "--queue", "file:" + input, "--dead-letter", "file:" + _folder["dead"], "--json");

        Assert.Equal((3, 1, 1), (result.Code, result.Total("unmatched"), result.Total("dead_lettered")));
    }

    [Fact]
    public async Task Without_a_place_for_dead_letters_those_of_a_file_go_beside_it()
    {
        var input = _folder.Write("in.ndjson", """{"do":"throw"}""");

        Assert.Equal(3, (await RunAsync("--queue", "file:" + input)).Code);

        Assert.Single(_folder.Lines("in.ndjson.dead-letters"));
    }

    [Fact]
    public async Task Without_dead_letters_no_file_for_them_is_left()
    {
        var input = _folder.Write("in.ndjson", """{"n":1}""");

        Assert.Equal(0, (await RunAsync("--queue", "file:" + input)).Code);

        Assert.False(File.Exists(_folder["in.ndjson.dead-letters"]));
    }

    [Fact]
    public async Task Standard_input_is_a_queue()
    {
        var result = await CliProcess.RunAsync(
            ["run", "--app", Built.TestHandlers, "--queue", "-", "--dead-letter", "file:" + _folder["dead"], "--json"], "{\"n\":1}\n{\"n\":2}", Recording());

        Assert.Equal((0, 2), (result.Code, result.Total("succeeded")));
    }

    [Fact]
    public async Task Dead_letters_can_go_to_standard_output()
    {
        var input = _folder.Write("in.ndjson", """{"do":"throw"}""", """{"do":"print"}""");

        var result = await RunAsync("--queue", "file:" + input, "--dead-letter", "-");

        Assert.Equal(3, result.Code);
        Assert.Contains("\"do\":\"throw\"", Assert.Single(result.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_handler_prints_does_not_stand_between_the_json_lines()
    {
        var input = _folder.Write("in.ndjson", """{"do":"print"}""");

        var result = await RunAsync("--queue", "file:" + input, "--json");

        Assert.Equal(1, result.Total("succeeded"));
        Assert.Contains("a handler prints", result.Errors);
    }

    [Fact]
    public async Task Logs_are_json_lines_with_their_values()
    {
        var input = _folder.Write("in.ndjson", """{"do":"throw"}""");

        var result = await RunAsync("--queue", "file:" + input, "--json");

        var log = result.Json.First(l => l.GetProperty("event").GetString() == "log" && l.GetProperty("id").GetInt32() == 201);
        Assert.Equal("error", log.GetProperty("level").GetString());
        Assert.Equal("Thrower", log.GetProperty("values").GetProperty("Handler").GetString());
        Assert.Contains("thrown on purpose", log.GetProperty("exception").GetString(), StringComparison.Ordinal);
        Assert.Empty(result.Errors);
    }

    [Fact]
    public async Task Without_a_terminal_the_totals_are_a_line_of_text()
    {
        var input = _folder.Write("in.ndjson", """{"n":1}""");

        var result = await RunAsync("--queue", "file:" + input);

        Assert.StartsWith("1 received, 1 succeeded, 0 failed, 0 retried, 0 dead-lettered, 0 unmatched in ", Assert.Single(result.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_come_from_beside_the_app_then_the_file_then_the_environment_then_the_command_line()
    {
        var input = _folder.Write("in.ndjson", """{"do":"throw"}""");
        var config = _folder.Write("settings.json", """{"Eventide":{"Concurrency":5,"Retry":{"RetryLimit":1},"Queue":"file:nowhere"}}""");
        var environment = Recording();
        environment["EVENTIDE__RETRY__MAXBACKOFF"] = "00:00:00.050";
        environment["EVENTIDE__CONCURRENCY"] = "6";

        var result = await RunAsync(environment, "--config", config, "--queue", "file:" + input, "--concurrency", "7", "--json");
        var handlers = await CliProcess.RunAsync(["handlers", "--app", Built.TestHandlers, "--config", config, "--json"], environment: environment);

        // The app's file says 2 retries from 10 ms on, the config file 1; the environment bounds the backoff, the command line the handlers.
        Assert.Equal(2, result.Total("failed"));
        Assert.Equal(7, result.Json.First(l => l.TryGetProperty("id", out var id) && id.GetInt32() == 100).GetProperty("values").GetProperty("Concurrency").GetInt32());
        var thrower = handlers.Json.Single(h => h.GetProperty("handler").GetString() == "Thrower");
        Assert.Equal((1, 0.01, 0.05), (thrower.GetProperty("retry_limit").GetInt32(), thrower.GetProperty("min_backoff_seconds").GetDouble(), thrower.GetProperty("max_backoff_seconds").GetDouble()));
    }

    [Fact]
    public async Task The_orders_sample_runs_under_the_command()
    {
        var orders = Path.Combine(Path.GetDirectoryName(Built.Orders)!, "orders.ndjson");

        var result = await CliProcess.RunAsync(["run", "--app", Built.Orders, "--queue", "file:" + orders, "--dead-letter", "file:" + _folder["dead"], "--json"]);

        Assert.True(result.Code == 3, result.ToString());
        Assert.Equal((5, 2, 1), (result.Total("succeeded"), result.Total("dead_lettered"), result.Total("unmatched")));
    }

    [Fact]
    public async Task A_queue_of_the_command_line_leaves_out_the_schedules_of_the_queues_that_it_replaces()
    {
        var file = _folder.Write("in", """{"n":1}""");
        var config = _folder.Write("settings.json", """
            { "Eventide": {
                "Queues": { "orders": { "Uri": "memory:orders" }, "refunds": { "Uri": "memory:refunds" } },
                "Schedules": { "nightly": { "Cron": "0 3 * * *", "Queue": "refunds" }, "yearly": { "Cron": "@yearly", "Queue": "memory:other" } } } }
            """);

        var result = await CliProcess.RunAsync(["run", "--app", Built.TestHandlers, "--config", config, "--queue", "file:" + file, "--json"]);

        Assert.True(result.Code == 0, result.ToString());
        Assert.Equal(1, result.Total("succeeded"));
        var left = Assert.Single(result.Json, l => l.GetProperty("event").GetString() == "log" && l.GetProperty("name").GetString() == "ScheduleLeftOut");
        Assert.Equal("nightly", left.GetProperty("values").GetProperty("Schedule").GetString());
        Assert.Contains("it sends to refunds", left.GetProperty("message").GetString(), StringComparison.Ordinal);
        var runs = Assert.Single(result.Json, l => l.GetProperty("event").GetString() == "log" && l.GetProperty("name").GetString() == "ScheduleStarted");
        Assert.Equal("yearly", runs.GetProperty("values").GetProperty("Schedule").GetString());
        Assert.Equal(TimeSpan.Zero, runs.GetProperty("values").GetProperty("Next").GetDateTimeOffset().Offset);
    }

    [Fact]
    public async Task A_schedule_whose_queue_was_never_configured_is_a_fault_also_beside_a_queue_of_the_command_line()
    {
        var config = _folder.Write("settings.json", """{ "Eventide": { "Schedules": { "nightly": { "Cron": "0 3 * * *", "Queue": "refnuds" } } } }""");

        var result = await CliProcess.RunAsync(["run", "--app", Built.TestHandlers, "--config", config, "--queue", "memory:x"]);

        Assert.Equal(2, result.Code);
        Assert.Contains("Eventide:Schedules:nightly:Queue is neither the name of a configured queue (there is none) nor a queue URI", Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "no handlers are named", "run", "--queue", "file:x")]
    [InlineData(2, "there is no such file", "run", "--app", "missing.dll", "--queue", "file:x")]
    [InlineData(2, "this is a directory", "run", "--app", ".", "--queue", "file:x")]
    [InlineData(2, "not a .NET assembly", "run", "--app", "text.dll", "--queue", "file:x")]
    [InlineData(2, "No queue is configured", "run", "--app", "HANDLERS")]
    [InlineData(2, "give one with --queue URI", "run", "--app", "HANDLERS")]
    [InlineData(2, "CLI: no handler is in it", "run", "--app", "CLI", "--queue", "file:x")]
    [InlineData(2, "LineNumber: 0", "run", "--app", "HANDLERS", "--queue", "file:x", "--config", "text.dll")]
    [InlineData(2, "'memory:x' is the queue itself", "run", "--app", "HANDLERS", "--queue", "memory:x", "--dead-letter", "memory:x")]
    [InlineData(2, "the file does not exist", "run", "--app", "HANDLERS", "--queue", "file:missing.ndjson")]
    [InlineData(2, "No queue provider opens 'gopher:hole'", "run", "--app", "HANDLERS", "--queue", "gopher:hole")]
    [InlineData(2, "is not a queue URI", "run", "--app", "HANDLERS", "--queue", "orders")]
    [InlineData(2, "expected a whole number from 1 to 10000", "run", "--app", "HANDLERS", "--queue", "file:x", "--concurrency", "0")]
    [InlineData(2, "expected a whole number from 1 to 10000", "run", "--app", "HANDLERS", "--queue", "file:x", "--concurrency", "many")]
    [InlineData(2, "there is no such file", "run", "--app", "HANDLERS", "--queue", "file:x", "--config", "missing.json")]
    [InlineData(2, "the configuration cannot be read", "run", "--app", "HANDLERS", "--queue", "file:x", "--config", "text.dll")]
    [InlineData(2, "Eventide:Concurrency is 0", "run", "--app", "HANDLERS", "--queue", "file:x", "--config", "bad.json")]
    [InlineData(2, "Eventide:Concurency is no setting; expected one of Queue,", "run", "--app", "HANDLERS", "--queue", "file:x", "--config", "typo.json")]
    [InlineData(2, "both write to standard output", "run", "--app", "HANDLERS", "--queue", "file:x", "--dead-letter", "-", "--json")]
    [InlineData(2, "'--bogus'", "run", "--bogus")]
    [InlineData(2, "'fly'", "fly")]
    [InlineData(2, "--queue", "send")]
    public async Task Wrong_usage_is_one_line_on_standard_error_and_exit_code_2(int code, string expected, params string[] arguments)
    {
        _folder.Write("text.dll", "this is no assembly");
        _folder.Write("bad.json", """{"Eventide":{"Concurrency":0}}""");
        _folder.Write("typo.json", """{"Eventide":{"Concurency":4}}""");

        var result = await CliProcess.RunAsync([.. arguments.Select(a => a == "HANDLERS" ? Built.TestHandlers : a == "CLI" ? Built.Cli : a)], folder: _folder.Path);

        expected = expected.Replace("CLI", Built.Cli, StringComparison.Ordinal);
        Assert.True(result.Code == code, result.ToString());
        Assert.Empty(result.Output);
        var line = Assert.Single(result.Errors);
        Assert.StartsWith("eventide: ", line, StringComparison.Ordinal);
        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_that_cannot_be_read_stops_the_start_with_its_place()
    {
        var environment = Recording();
        environment["TEST_BROKEN_RULE"] = "body.type = 'x'";

        var result = await RunAsync(environment, "--queue", "file:" + _folder.Write("in", "{}"), "--json");

        Assert.Equal(2, result.Code);
        Assert.Empty(result.Output);
        Assert.Contains(result.Errors, l => l.Contains("A rule of Broken cannot be read", StringComparison.Ordinal));
        Assert.Contains("          ^", result.Errors);
    }

    private static Dictionary<string, string> Nothing => new() { ["TEST_CATCH_ALL"] = "none" };

    private Dictionary<string, string> Recording() => new() { ["TEST_RECORD"] = _folder["record"] };

    private Task<CliResult> RunAsync(params string[] arguments) => RunAsync(Recording(), arguments);

    private Task<CliResult> RunAsync(Dictionary<string, string> environment, params string[] arguments) =>
        CliProcess.RunAsync(["run", "--app", Built.TestHandlers, .. arguments], environment: environment, folder: _folder.Path);
}
