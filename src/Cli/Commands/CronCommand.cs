using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Spectre.Console;

namespace Eventide.Cli;

/// <summary><c>eventide cron list|next</c>.</summary>
internal static class CronCommand
{
    private const string TimeForm = "a time such as 2026-11-22T03:00Z or 2026-11-22T03:00+01:00 (without an offset it is UTC), from 1970 on";

    public static Command Create(CliConsole console) => new("cron", "Look at recurring schedules.") { List(console), Next(console) };

    private static Command List(CliConsole console)
    {
        var app = CommonOptions.App();
        var config = CommonOptions.Config();
        var json = CommonOptions.Json();
        var command = new Command("list", "List the schedules of the configuration and of the handlers' own code, with their next ticks.") { app, config, json };
        command.SetAction(async (parsed, _) =>
        {
            await using var services = Load(parsed.GetValue(app) ?? [], parsed.GetValue(config));
            var options = services.GetRequiredService<IOptions<EventideOptions>>().Value;
            var now = DateTimeOffset.UtcNow;
            var schedules = options.Schedules.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => (Name: s.Key, Options: s.Value, Next: CronSchedule.ParseIn(s.Value.Cron!, s.Value.TimeZone).Next(now))).ToList();
            if (parsed.GetValue(json))
            {
                foreach (var schedule in schedules)
                {
                    console.WriteJson(w =>
                    {
                        w.WriteString("schedule", schedule.Name);
                        w.WriteString("cron", schedule.Options.Cron);
                        w.WriteString("time_zone", schedule.Options.TimeZone ?? "UTC");
                        w.WriteString("queue", QueueOf(schedule.Options, options));
                        w.WriteString("body", schedule.Options.Body);
                        w.WriteStartObject("attributes");
                        foreach (var (name, value) in schedule.Options.Attributes)
                        {
                            w.WriteString(name, value);
                        }

                        w.WriteEndObject();
                        w.WriteString("group", schedule.Options.Group);
                        w.WriteString("catch_up", schedule.Options.CatchUp == CatchUp.Once ? "once" : "skip");
                        w.WriteString("next", schedule.Next is { } next ? Iso(next) : null);
                    });
                }

                return ExitCode.Success;
            }

            if (schedules.Count == 0)
            {
                console.WriteLine("There is no schedule: none in the configuration (Eventide:Schedules), none in code.");
                return ExitCode.Success;
            }

            var table = new Table().Border(TableBorder.Rounded).AddColumns("Schedule", "Cron", "Time zone", "Queue", "Next");
            foreach (var schedule in schedules)
            {
                table.AddRow(
                    new Text(schedule.Name),
                    new Text(schedule.Options.Cron!),
                    new Text(schedule.Options.TimeZone ?? "UTC"),
                    new Text(QueueOf(schedule.Options, options) ?? "the worker's"),
                    new Text(schedule.Next is { } next ? Show(next) : "never"));
            }

            console.Write(table);
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Next(CliConsole console)
    {
        var what = new Argument<string>("EXPR|NAME") { Description = "A cron expression in quotes, or, with --app or --config, the name of a schedule." };
        var app = CommonOptions.App();
        var config = CommonOptions.Config();
        var count = CommonOptions.Number("--count", "How many ticks. Default 5.", 1, 1000);
        var zone = new Option<string?>("--time-zone") { Description = "The time zone whose clocks it is read by, an IANA name. Default: the schedule's own, for an expression UTC.", HelpName = "TZ" };
        var from = new Option<string?>("--from") { Description = "Ticks after this time, such as 2026-11-22T03:00Z. Default: now.", HelpName = "T" };
        var json = CommonOptions.Json();
        var command = new Command("next", "Tell when a cron expression or a schedule ticks next.") { what, app, config, count, zone, from, json };
        command.SetAction(async (parsed, _) =>
        {
            var schedule = await ReadAsync(parsed.GetValue(what)!, parsed.GetValue(app) ?? [], parsed.GetValue(config), parsed.GetValue(zone));
            DateTimeOffset? tick = ReadTime(parsed.GetValue(from));
            for (var left = parsed.GetValue(count) ?? 5; left > 0; left--)
            {
                tick = schedule.Next(tick.Value);
                if (tick is not { } time)
                {
                    break;
                }

                if (parsed.GetValue(json))
                {
                    console.WriteJson(w =>
                    {
                        w.WriteString("tick", Iso(time));
                        w.WriteString("utc", time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssK", CultureInfo.InvariantCulture));
                    });
                }
                else
                {
                    console.WriteLine(Show(time));
                }
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static async Task<CronSchedule> ReadAsync(string what, string[] apps, string? config, string? zone)
    {
        if (apps.Length == 0 && config is null)
        {
            try
            {
                return CronSchedule.ParseIn(what, zone);
            }
            catch (FormatException e) when (IsOneWord(what))
            {
                throw new UsageException($"{e.Message} To ask for a schedule by its name, say where it is configured, with --app or --config.", e);
            }
        }

        await using var services = Load(apps, config);
        var schedules = services.GetRequiredService<IOptions<EventideOptions>>().Value.Schedules;
        if (schedules.TryGetValue(what, out var schedule))
        {
            return CronSchedule.ParseIn(schedule.Cron!, zone ?? schedule.TimeZone);
        }

        try
        {
            return CronSchedule.ParseIn(what, zone);
        }
        catch (FormatException e) when (IsOneWord(what))
        {
            throw new UsageException($"'{what}' is no schedule (there {(schedules.Count == 0 ? "is none" : $"are {string.Join(", ", schedules.Keys.Order(StringComparer.Ordinal))}")}), nor a cron expression: {e.Message}", e);
        }
    }

    private static bool IsOneWord(string what) => what.Trim().All(c => c is not (' ' or '\t'));

    private static ServiceProvider Load(string[] apps, string? config) =>
        AppHost.CreateBuilder(new AppSettings(apps, config), withEngine: false, needsHandlers: false).Services.BuildServiceProvider();

    private static DateTimeOffset ReadTime(string? text) => text is null ? DateTimeOffset.UtcNow
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && time.Year >= 1970 ? time
        : throw new UsageException($"--from '{text}' cannot be read; expected {TimeForm}.");

    private static string? QueueOf(ScheduleOptions schedule, EventideOptions options)
    {
        var queue = schedule.Queue ?? options.Queue ?? (options.Queues.Count == 1 ? options.Queues.Keys.First() : null);

        // A URI is shown without its password.
        return queue is not null && !options.Queues.ContainsKey(queue) && QueueUri.TryParse(queue, out var uri, out _) ? uri.ToString() : queue;
    }

    private static string Iso(DateTimeOffset time) => time.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);

    private static string Show(DateTimeOffset time) => time.ToString("ddd yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture);
}
