using System.CommandLine;
using System.Globalization;
using Eventide.Queues;

namespace Eventide.Cli;

/// <summary><c>eventide send</c>.</summary>
internal static class SendCommand
{
    public static Command Create(CliConsole console)
    {
        var queue = CommonOptions.Queue("The queue to send to.");
        var json = CommonOptions.Json();
        var group = new Option<string?>("--group", "-g") { Description = "The group of all messages: these are handled one at a time and in order.", HelpName = "G" };
        var delay = new Option<string?>("--delay") { Description = $"How long the queue holds the messages back: {Duration.Form}.", HelpName = "T" };
        var file = new Option<string>("--file", "-f")
        {
            Description = "The messages, one a line; - (the default) for standard input. Lines in the envelope of a file queue bring their attributes and group.",
            HelpName = "NDJSON",
            DefaultValueFactory = _ => "-",
        };
        var command = new Command("send", "Send the lines of a file as messages. Exit code 3 where some could not be sent; each of these is named on standard error.") { queue, file, delay, group, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var uri = Connector.Parse("--queue", parsed.GetValue(queue)!);
            var hold = TimeSpan.Zero;
            if (parsed.GetValue(delay) is { } text && !Duration.TryParse(text, out hold))
            {
                throw new UsageException($"--delay is '{text}'; expected {Duration.Form}.");
            }

            if (parsed.GetValue(json) && uri is { Scheme: "file", Path: "-" })
            {
                throw new UsageException("--json and --queue - both write to standard output; leave one of them out.");
            }

            using var signals = new Signals();
            await using var connector = Connector.Open();
            await using var sender = await connector.Queues.OpenSenderAsync(uri, signals.Finish);
            if (hold > sender.Limits.MaxSendDelay)
            {
                throw new UsageException(sender.Limits.MaxSendDelay == TimeSpan.Zero
                    ? $"--delay {parsed.GetValue(delay)}: {sender.Name} cannot hold messages back; leave --delay out."
                    : $"--delay {parsed.GetValue(delay)}: {sender.Name} holds messages back for at most {Duration.Show(sender.Limits.MaxSendDelay)}; give a shorter delay.");
            }

            return await SendAsync(console, sender, parsed.GetValue(file)!, hold, parsed.GetValue(group), parsed.GetValue(json), signals.Finish);
        });
        return command;
    }

    private static async Task<int> SendAsync(
        CliConsole console, IQueueSender sender, string file, TimeSpan delay, string? group, bool json, CancellationToken cancellationToken)
    {
        long sent = 0, failed = 0;
        try
        {
            await foreach (var lines in Input.ReadLinesAsync(file, cancellationToken))
            {
                // A line that was too long to be read whole must not be sent in part.
                var whole = lines.Where(m => !m.Attributes.ContainsKey(FileQueueOptions.TruncatedAttribute)).ToList();
                foreach (var line in lines.Except(whole))
                {
                    failed++;
                    Report(console, json, line.Id, $"the line has {line.Attributes[FileQueueOptions.TruncatedAttribute]} bytes, more than can be read (FileQueueOptions.MaxLineBytes)");
                }

                var results = await Sending.SendAsync(
                    sender,
                    whole.ConvertAll(m => new OutgoingMessage(m.Body) { Attributes = m.Attributes, Group = group ?? m.Group, Delay = delay }),
                    TimeProvider.System,
                    cancellationToken);
                for (var i = 0; i < results.Length; i++)
                {
                    if (results[i].IsSent)
                    {
                        sent++;
                    }
                    else
                    {
                        failed++;
                        Report(console, json, whole[i].Id, results[i].Error!);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            Summarize(console, sender.Name, json, sent, failed);
            console.Fail("interrupted; the lines after these were not sent.");
            return ExitCode.Interrupted;
        }

        Summarize(console, sender.Name, json, sent, failed);
        return failed == 0 ? ExitCode.Success : ExitCode.SomeFailed;
    }

    private static void Report(CliConsole console, bool json, string line, string error)
    {
        if (json)
        {
            console.WriteJson(w =>
            {
                w.WriteString("event", "failed");
                w.WriteNumber("line", long.Parse(line, CultureInfo.InvariantCulture));
                w.WriteString("error", error);
            });
        }
        else
        {
            console.Fail($"line {line} was not sent: {error}");
        }
    }

    private static void Summarize(CliConsole console, string queue, bool json, long sent, long failed)
    {
        if (json)
        {
            console.WriteJson(w =>
            {
                w.WriteString("event", "summary");
                w.WriteNumber("sent", sent);
                w.WriteNumber("failed", failed);
            });
        }
        else if (queue != "stdout")
        {
            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sent} sent to {queue}, {failed} failed"));
        }
    }
}
