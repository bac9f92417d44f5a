using System.CommandLine;
using System.Globalization;

namespace Eventide.Cli;

/// <summary><c>eventide dlq list|show|redrive|purge</c>.</summary>
internal static class DlqCommand
{
    public static Command Create(CliConsole console) => new("dlq", "Look at dead letters, send them back to work, or remove them.")
    {
        Show(console, "list", "Show dead letters, a line or two each: id, body, and what they died of.", 100, isFull: false),
        Show(console, "show", "Show dead letters in full.", 1, isFull: true),
        RedriveOrPurge(console, isPurge: false),
        RedriveOrPurge(console, isPurge: true),
    };

    private static Command Show(CliConsole console, string name, string description, int defaultLimit, bool isFull)
    {
        var queue = CommonOptions.Queue("The dead-letter queue.");
        var json = CommonOptions.Json();
        var filter = CommonOptions.Filter();
        var limit = CommonOptions.Number("--limit", string.Create(CultureInfo.InvariantCulture, $"How many at most. Default {defaultLimit}."), 1, 100_000);
        var command = new Command(name, description) { queue, filter, limit, json };
        command.SetAction(async (parsed, token) =>
        {
            var chosen = MessageFilter.Parse(parsed.GetValue(filter));
            var uri = Connector.Parse("--queue", parsed.GetValue(queue)!);
            await using var connector = Connector.Open();
            await Browsing.ShowAsync(
                connector.Queues,
                uri,
                chosen,
                parsed.GetValue(limit) ?? defaultLimit,
                parsed.GetValue(json) ? m => MessagePrinter.WriteJson(console, m)
                    : isFull ? m => MessagePrinter.WriteFull(console, m)
                    : m => MessagePrinter.WriteShort(console, m),
                token);
            return ExitCode.Success;
        });
        return command;
    }

    private static Command RedriveOrPurge(CliConsole console, bool isPurge)
    {
        var queue = CommonOptions.Queue("The dead-letter queue.");
        var json = CommonOptions.Json();
        var filter = CommonOptions.Filter();
        var dryRun = CommonOptions.DryRun();
        var limit = CommonOptions.Number("--limit", "How many at most. Default: all that are there at the start.", 1, int.MaxValue);
        var rate = CommonOptions.Number("--rate", "How many a second at most. Default: as fast as it goes.", 1, 1_000_000);
        var to = new Option<string?>("--to") { Description = "The queue to send to. Default: the one that each message came from, on the same server or in the same account.", HelpName = "URI" };
        var command = isPurge
            ? new Command("purge", "Remove dead letters for good.") { queue, filter, limit, rate, dryRun, json }
            : new Command("redrive", "Send dead letters back to work. Each is sent first and removed when that is confirmed: none is lost, one may be there twice when the command is killed.") { queue, to, filter, limit, rate, dryRun, json };
        command.SetAction(async (parsed, _) =>
        {
            var request = new DlqRequest(
                Connector.Parse("--queue", parsed.GetValue(queue)!),
                isPurge || parsed.GetValue(to) is not { } target ? null : Connector.Parse("--to", target),
                MessageFilter.Parse(parsed.GetValue(filter)),
                parsed.GetValue(limit),
                parsed.GetValue(rate),
                parsed.GetValue(dryRun),
                parsed.GetValue(json));
            using var signals = new Signals();
            await using var connector = Connector.Open();
            return isPurge
                ? await DlqWork.PurgeAsync(console, connector.Queues, request, signals.Finish)
                : await DlqWork.RedriveAsync(console, connector.Queues, request, signals.Finish);
        });
        return command;
    }
}
