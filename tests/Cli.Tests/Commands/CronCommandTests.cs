using Eventide.Cli.Tests.Support;

namespace Eventide.Cli.Tests.Commands;

public sealed class CronCommandTests
{
    private const string Settings = """
        { "Eventide": {
            "Queues": { "work": { "Uri": "memory:work" } },
            "Schedules": {
              "nightly": { "Cron": "0 3 * * *", "TimeZone": "Europe/Berlin", "Body": "{}", "Attributes": { "a": "b" }, "CatchUp": "Skip" },
              "minutely": { "Cron": "* * * * *", "Queue": "redis://user:secret@host/0?stream=s" }
        } } }
        """;

    [Fact]
    public async Task The_next_ticks_of_an_expression_are_told_by_the_clocks_of_its_zone()
    {
        var result = await CliProcess.RunAsync(["cron", "next", "30 2 * * *", "--time-zone", "Europe/Berlin", "--from", "2026-03-28T00:00Z", "--count", "3", "--json"]);

        Assert.True(result.Code == 0, result.ToString());
        Assert.Equal(["2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"], result.Json.Select(t => t.GetProperty("tick").GetString()));
        Assert.Equal("2026-03-29T01:00:00Z", result.Json[1].GetProperty("utc").GetString());
    }

    [Fact]
    public async Task People_get_five_lines()
    {
        var result = await CliProcess.RunAsync(["cron", "next", "@daily", "--from", "2026-11-22"]);

        Assert.Equal(0, result.Code);
        Assert.Equal(["Mon 2026-11-23 00:00:00 +00:00", "Tue 2026-11-24 00:00:00 +00:00"], result.Output[..2]);
        Assert.Equal(5, result.Output.Length);
    }

    [Fact]
    public async Task A_schedule_goes_by_its_name_and_its_own_time_zone()
    {
        using var folder = new Folder();
        var config = folder.Write("settings.json", Settings);

        var own = await CliProcess.RunAsync(["cron", "next", "nightly", "--config", config, "--from", "2026-07-01T00:00Z", "--count", "1", "--json"]);
        var other = await CliProcess.RunAsync(["cron", "next", "nightly", "--config", config, "--from", "2026-07-01T00:00Z", "--count", "1", "--time-zone", "UTC", "--json"]);
        var unknown = await CliProcess.RunAsync(["cron", "next", "nihgtly", "--config", config]);

        Assert.Equal("2026-07-01T03:00:00+02:00", Assert.Single(own.Json).GetProperty("tick").GetString());
        Assert.Equal("2026-07-01T03:00:00+00:00", Assert.Single(other.Json).GetProperty("tick").GetString());
        Assert.Equal(2, unknown.Code);
        Assert.Contains("'nihgtly' is no schedule (there are minutely, nightly)", Assert.Single(unknown.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Schedules_are_listed_without_secrets()
    {
        using var folder = new Folder();
        var config = folder.Write("settings.json", Settings);

        var result = await CliProcess.RunAsync(["cron", "list", "--config", config, "--json"]);
        var table = await CliProcess.RunAsync(["cron", "list", "--config", config]);

        Assert.True(result.Code == 0, result.ToString());
        Assert.Equal(["minutely", "nightly"], result.Json.Select(s => s.GetProperty("schedule").GetString()));
        var nightly = result.Json[1];
        Assert.Equal(
            ("0 3 * * *", "Europe/Berlin", "work", "{}", "b", "skip"),
            (nightly.GetProperty("cron").GetString(), nightly.GetProperty("time_zone").GetString(), nightly.GetProperty("queue").GetString(), nightly.GetProperty("body").GetString(), nightly.GetProperty("attributes").GetProperty("a").GetString(), nightly.GetProperty("catch_up").GetString()));
        Assert.True(nightly.GetProperty("next").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddMinutes(-5));
        Assert.DoesNotContain("secret", result.ToString() + table, StringComparison.Ordinal);
        Assert.Contains(table.Output, l => l.Contains("nightly", StringComparison.Ordinal) && l.Contains("Europe/Berlin", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("61 * * * *", null, "the minute '61'")]
    [InlineData("nightly", null, "say where it is configured, with --app or --config")]
    [InlineData("* * * * *", "--time-zone=Mars/Olympus", "'Mars/Olympus' is not known")]
    [InlineData("* * * * *", "--from=yesterday", "--from 'yesterday' cannot be read; expected a time such as")]
    [InlineData("* * * * *", "--count=0", "expected a whole number from 1 to 1000")]
    public async Task What_cannot_be_read_is_wrong_usage(string expression, string? option, string fault)
    {
        var result = await CliProcess.RunAsync(option is null ? ["cron", "next", expression] : ["cron", "next", expression, option]);

        Assert.Equal((2, 0), (result.Code, result.Output.Length));
        Assert.Contains(fault, Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_faulty_configuration_is_told_whole()
    {
        using var folder = new Folder();
        var config = folder.Write("settings.json", """{ "Eventide": { "Schedules": { "a": { "Cron": "x" }, "b": { "Cron": "@daily" } } } }""");

        var result = await CliProcess.RunAsync(["cron", "list", "--config", config]);

        Assert.Equal(2, result.Code);
        var error = Assert.Single(result.Errors);
        Assert.Contains("Eventide:Schedules:a:Cron", error, StringComparison.Ordinal);
        Assert.Contains("Eventide:Schedules:b:Queue is missing", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_schedules_it_says_so()
    {
        using var folder = new Folder();

        var result = await CliProcess.RunAsync(["cron", "list"], folder: folder.Path);

        Assert.Equal(0, result.Code);
        Assert.StartsWith("There is no schedule", Assert.Single(result.Output), StringComparison.Ordinal);
    }
}
