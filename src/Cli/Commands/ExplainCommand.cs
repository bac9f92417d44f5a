using System.CommandLine;
using System.Text.Json;
using Eventide.Queues;

namespace Eventide.Cli;

/// <summary><c>eventide explain</c>.</summary>
internal static class ExplainCommand
{
    public static Command Create(CliConsole console)
    {
        var app = CommonOptions.App();
        var config = CommonOptions.Config();
        var json = CommonOptions.Json();
        var file = new Option<string>("--message", "-m")
        {
            Description = "The message: a file with one JSON body, or with one message a line as 'run --queue file:' reads it; - for standard input.",
            HelpName = "FILE",
            DefaultValueFactory = _ => "-",
        };
        var queue = new Option<string?>("--queue", "-q")
        {
            Description = "The name of the queue that the message is taken to come from: handlers bound to other queues are left out, and its own Dispatch and Unmatched hold.",
            HelpName = "NAME",
        };
        var command = new Command("explain", "Tell, for a message, which handlers' rules match, and for each other rule the part on which it failed and what the message has there.")
        {
            app, file, queue, config, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var loaded = LoadedApp.Load(new AppSettings(parsed.GetValue(app) ?? [], parsed.GetValue(config)));
            var name = parsed.GetValue(queue);
            var table = loaded.TableOf(name);
            foreach (var message in await ReadAsync(parsed.GetValue(file)!, name, cancellationToken))
            {
                var verdicts = table.Explain(message);
                var document = new MessageDocument();
                document.Load(message);
                var taken = table.Match(document, message);
                if (parsed.GetValue(json))
                {
                    WriteJson(console, message, taken, verdicts);
                }
                else
                {
                    WriteText(console, message, taken, verdicts, document.NotJson, loaded.UnmatchedOf(name), marksQueues: name is null);
                }
            }

            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>One JSON value, over as many lines as it likes, is one message; anything else is a message a line.</summary>
    private static async Task<IReadOnlyList<Message>> ReadAsync(string path, string? queue, CancellationToken cancellationToken)
    {
        var content = await Input.ReadAllAsync(path, cancellationToken);
        var lines = new MemoryStream(content);
        if (new Message(1, path, content).IsJson)
        {
            // Line breaks are never part of a JSON value; without them it is a line.
            lines = new MemoryStream([.. content.Where(b => b is not ((byte)'\n' or (byte)'\r'))]);
        }

        var messages = new List<Message>();
        await using var receiver = FileQueue.FromStreams(queue ?? path, lines, Stream.Null).OpenReceiver();
        for (var isLast = false; !isLast;)
        {
            var batch = await receiver.ReceiveAsync(new ReceiveRequest(receiver.Limits.MaxReceiveBatch, TimeSpan.Zero, TimeSpan.Zero), cancellationToken);
            messages.AddRange(batch.Messages.Select(m => m.Message));
            await receiver.AcknowledgeAsync(batch.Messages, cancellationToken);
            isLast = batch.IsLast;
        }

        return messages.Count > 0 ? messages : throw new UsageException($"{path}: there is no message in it; give one JSON body, or one message a line.");
    }

    private static void WriteJson(CliConsole console, Message message, RouteResult taken, IReadOnlyList<RouteExplanation> verdicts) => console.WriteJson(w =>
    {
        w.WriteString("id", message.Id);
        w.WriteStrings("handled_by", Names(taken));
        if (taken.Ambiguous is { } ambiguous)
        {
            w.WriteStrings("ambiguous", ambiguous.Select(r => r.Handler.Name));
        }

        w.WriteStartArray("handlers");
        foreach (var verdict in verdicts)
        {
            w.WriteStartObject();
            w.WriteString("handler", verdict.Route.Handler.Name);
            w.WriteBoolean("matches", verdict.Matches);
            w.WriteStrings("queues", verdict.Route.Handler.Queues);
            w.WriteStartArray("rules");
            foreach (var rule in verdict.Rules)
            {
                w.WriteStartObject();
                w.WriteString("rule", rule.Rule);
                w.WriteBoolean("matches", rule.Matches);
                w.WriteString("failed_on", rule.FailedOn);
                w.WriteString("found", rule.Found);
                w.WriteString("error", rule.Error);
                w.WriteEndObject();
            }

            w.WriteEndArray();
            w.WriteEndObject();
        }

        w.WriteEndArray();
    });

    private static void WriteText(
        CliConsole console, Message message, RouteResult taken, IReadOnlyList<RouteExplanation> verdicts, string? notJson, UnmatchedPolicy unmatched, bool marksQueues)
    {
        console.WriteLine($"Message {message.Id}: {OneLine.Shorten(OneLine.Of(message.Text), 100)}");
        if (notJson is not null)
        {
            console.WriteLine($"  The body is not JSON, so that rules see it as a string: {OneLine.Of(notJson)}");
        }

        foreach (var verdict in verdicts)
        {
            var handler = verdict.Route.Handler;
            var bound = marksQueues && handler.Queues.Count > 0 ? $" (of messages of {string.Join(", ", handler.Queues)} alone; see --queue)" : "";
            console.WriteLine($"  {(verdict.Matches ? "+" : "-")} {handler.Name}{bound}");
            foreach (var rule in verdict.Rules)
            {
                console.WriteLine($"      {(rule.Matches ? "holds" : "fails")}  {rule.Rule}");
                if (!rule.Matches)
                {
                    console.WriteLine($"             on {rule.FailedOn}: {rule.Error ?? rule.Found}");
                }
            }
        }

        console.WriteLine(
            taken.Ambiguous is { } several ? $"  Unmatched: {several.Count} handlers match where exactly one is wanted: {string.Join(", ", several.Select(r => r.Handler.Name))} (policy {unmatched})."
            : taken.Count == 0 ? $"  Unmatched: no handler takes it (policy {unmatched})."
            : $"  Handled by {string.Join(", ", Names(taken))}.");
    }

    private static IEnumerable<string> Names(RouteResult taken)
    {
        for (var i = 0; i < taken.Count; i++)
        {
            yield return taken[i].Handler.Name;
        }
    }
}
