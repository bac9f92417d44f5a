using System.CommandLine;

namespace Eventide.Cli;

/// <summary><c>eventide run</c>.</summary>
internal static class RunCommand
{
    public static Command Create(CliConsole console)
    {
        var app = CommonOptions.App();
        var config = CommonOptions.Config();
        var json = CommonOptions.Json();
        var queue = new Option<string?>("--queue", "-q")
        {
            Description = "The queue to work on, in place of those of the configuration: memory:name, file:path.ndjson, - for standard input, or a server's URI.",
            HelpName = "URI",
        };
        var deadLetter = new Option<string?>("--dead-letter", "-d")
        {
            Description = "Where messages go that are given up. Default: what the configuration or the queue itself names; for a file, that file's name with .dead-letters.",
            HelpName = "URI",
        };
        var concurrency = CommonOptions.Number("--concurrency", "How many handlers run at once. Default 16.", 1, 10_000);
        var untilEmpty = new Option<bool>("--until-empty") { Description = "End when the queue is empty and all is settled, in place of waiting for more." };
        var reload = new Option<bool>("--reload") { Description = "Run again with each new build of the handlers or change of their configuration, until a signal comes. For use while writing handlers." };

        var command = new Command("run", "Run handlers on a queue until it ends or a signal comes: the first SIGINT or SIGTERM lets running handlers finish, the second ends at once.")
        {
            app, queue, deadLetter, config, concurrency, untilEmpty, reload, json,
        };
        command.SetAction(parsed =>
        {
            var settings = new RunSettings
            {
                App = new AppSettings(parsed.GetValue(app) ?? [], parsed.GetValue(config)),
                Queue = parsed.GetValue(queue),
                DeadLetter = parsed.GetValue(deadLetter),
                Concurrency = parsed.GetValue(concurrency),
                UntilEmpty = parsed.GetValue(untilEmpty),
                Json = parsed.GetValue(json),
            };
            return parsed.GetValue(reload) ? new Reloader(settings, console).RunAsync() : new Runner(settings, console).RunAsync();
        });
        return command;
    }
}
