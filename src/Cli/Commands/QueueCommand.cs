using System.CommandLine;
using System.Globalization;

namespace Eventide.Cli;

/// <summary><c>eventide queue stats|peek|purge|create</c>.</summary>
internal static class QueueCommand
{
    public static Command Create(CliConsole console) => new("queue", "Look at a queue and after it.")
    {
        Stats(console), Peek(console), Purge(console), Make(console),
    };

    private static Command Stats(CliConsole console)
    {
        var queue = CommonOptions.Queue("The queue.");
        var json = CommonOptions.Json();
        var command = new Command("stats", "Count what is in a queue.") { queue, json };
        command.SetAction((parsed, token) => WithAdminAsync(parsed.GetValue(queue)!, async (uri, admin) =>
        {
            var stats = await admin.GetStatsAsync(token);
            if (parsed.GetValue(json))
            {
                console.WriteJson(w =>
                {
                    w.WriteString("queue", uri.ToString());
                    w.WriteNumberOrNull("ready", stats.Ready);
                    w.WriteNumberOrNull("in_flight", stats.InFlight);
                    w.WriteNumberOrNull("delayed", stats.Delayed);
                    w.WriteNumberOrNull("oldest_age_seconds", stats.OldestAge?.TotalSeconds);
                    w.WriteStartObject("details");
                    foreach (var (name, value) in stats.Details)
                    {
                        w.WriteString(name, value);
                    }

                    w.WriteEndObject();
                });
                return ExitCode.Success;
            }

            console.WriteLine($"queue: {uri}");
            console.WriteLine($"ready: {Show(stats.Ready)}");
            console.WriteLine($"in flight: {Show(stats.InFlight)}");
            console.WriteLine($"delayed: {Show(stats.Delayed)}");
            console.WriteLine($"oldest: {(stats.OldestAge is { } age ? Duration.Show(age) : "unknown")}");
            foreach (var (name, value) in stats.Details)
            {
                console.WriteLine($"{name}: {value}");
            }

            return ExitCode.Success;
        }, token));
        return command;
    }

    private static Command Peek(CliConsole console)
    {
        var queue = CommonOptions.Queue("The queue.");
        var json = CommonOptions.Json();
        var filter = CommonOptions.Filter();
        var limit = CommonOptions.Number("--limit", "How many messages at most. Default 10.", 1, 100_000);
        var command = new Command("peek", "Show messages and leave them in the queue.") { queue, filter, limit, json };
        command.SetAction(async (parsed, token) =>
        {
            var chosen = MessageFilter.Parse(parsed.GetValue(filter));
            var uri = Connector.Parse("--queue", parsed.GetValue(queue)!);
            await using var connector = Connector.Open();
            await Browsing.ShowAsync(
                connector.Queues, uri, chosen, parsed.GetValue(limit) ?? 10, parsed.GetValue(json) ? m => MessagePrinter.WriteJson(console, m) : m => MessagePrinter.WriteShort(console, m), token);
            return ExitCode.Success;
        });
        return command;
    }

    private static Command Purge(CliConsole console)
    {
        var queue = CommonOptions.Queue("The queue.");
        var json = CommonOptions.Json();
        var dryRun = CommonOptions.DryRun();
        var command = new Command("purge", "Remove all messages of a queue for good.") { queue, dryRun, json };
        command.SetAction((parsed, token) => WithAdminAsync(parsed.GetValue(queue)!, async (uri, admin) =>
        {
            var isDry = parsed.GetValue(dryRun);
            var count = isDry ? (await admin.GetStatsAsync(token)).Ready : await admin.PurgeAsync(token);
            if (parsed.GetValue(json))
            {
                console.WriteJson(w =>
                {
                    w.WriteString("event", "summary");
                    w.WriteNumberOrNull(isDry ? "would_remove" : "removed", count);
                });
            }
            else
            {
                console.WriteLine(
                    count is null ? $"{uri} {(isDry ? "would be" : "is")} purged; it does not tell how many messages {(isDry ? "are in it" : "were removed")}"
                    : $"{Show(count)} {(isDry ? "would be" : "were")} removed from {uri}");
            }

            return ExitCode.Success;
        }, token));
        return command;
    }

    private static Command Make(CliConsole console)
    {
        var queue = CommonOptions.Queue("The queue.");
        var json = CommonOptions.Json();
        var command = new Command("create", "Create a queue, with its consumer group where it has such, unless it exists.") { queue, json };
        command.SetAction((parsed, token) => WithAdminAsync(parsed.GetValue(queue)!, async (uri, admin) =>
        {
            var created = await admin.CreateAsync(token);
            if (parsed.GetValue(json))
            {
                console.WriteJson(w =>
                {
                    w.WriteString("queue", uri.ToString());
                    w.WriteBoolean("created", created);
                });
            }
            else
            {
                console.WriteLine(created ? $"{uri} is created" : $"{uri} exists already");
            }

            return ExitCode.Success;
        }, token));
        return command;
    }

    private static async Task<int> WithAdminAsync(string queue, Func<QueueUri, IQueueAdmin, Task<int>> act, CancellationToken cancellationToken)
    {
        var uri = Connector.Parse("--queue", queue);
        await using var connector = Connector.Open();
        await using var admin = await connector.Queues.OpenAdminAsync(uri, cancellationToken)
            ?? throw new UsageException($"--queue {uri}: a queue of this kind can only be received from and sent to.");
        return await act(uri, admin);
    }

    private static string Show(long? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "unknown";
}
