using System.CommandLine;
using System.Globalization;
using Spectre.Console;

namespace Eventide.Cli;

/// <summary><c>eventide handlers</c>.</summary>
internal static class HandlersCommand
{
    public static Command Create(CliConsole console)
    {
        var app = CommonOptions.App();
        var config = CommonOptions.Config();
        var json = CommonOptions.Json();
        var command = new Command("handlers", "List the handlers in the order in which they are tried, with their rules and how they are retried.") { app, config, json };
        command.SetAction(async (parsed, _) =>
        {
            await using var loaded = LoadedApp.Load(new AppSettings(parsed.GetValue(app) ?? [], parsed.GetValue(config)));
            if (parsed.GetValue(json))
            {
                WriteJson(console, loaded);
            }
            else
            {
                WriteTable(console, loaded);
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static void WriteJson(CliConsole console, LoadedApp loaded)
    {
        foreach (var handler in loaded.Table.Routes.Select(r => r.Handler))
        {
            var retry = handler.RetryPolicy(loaded.Options.Retry);
            console.WriteJson(w =>
            {
                w.WriteString("handler", handler.Name);
                w.WriteStrings("rules", handler.Rules);
                w.WriteString("match", handler.Match == Match.All ? "all" : "any");
                w.WriteBoolean("predicate", handler.Predicate is not null);
                w.WriteNumber("order", handler.Order);
                w.WriteStrings("queues", handler.Queues);
                w.WriteNumber("retry_limit", retry.RetryLimit);
                w.WriteStrings("retry_for", retry.RetryFor);
                w.WriteNumber("min_backoff_seconds", retry.MinBackoff.TotalSeconds);
                w.WriteNumber("max_backoff_seconds", retry.MaxBackoff.TotalSeconds);
                w.WriteBoolean("jitter", retry.Jitter);
                w.WriteNumber("timeout_seconds", (handler.Timeout ?? loaded.Options.HandlerTimeout).TotalSeconds);
                w.WriteString("type", handler.Type?.FullName);
            });
        }
    }

    private static void WriteTable(CliConsole console, LoadedApp loaded)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Handler", "Rules", "Order", "Retries", "Timeout", "Queues");
        foreach (var handler in loaded.Table.Routes.Select(r => r.Handler))
        {
            var rules = new List<string>(handler.Rules);
            if (handler.Predicate is not null)
            {
                rules.Add("(predicate)");
            }

            table.AddRow(
                new Text(handler.Name),
                new Text(rules.Count == 0 ? "(every message)" : string.Join(handler.Match == Match.All ? "\nand " : "\nor ", rules)),
                new Text(handler.Order.ToString(CultureInfo.InvariantCulture)),
                new Text(Describe(handler.RetryPolicy(loaded.Options.Retry))),
                new Text(Duration.Show(handler.Timeout ?? loaded.Options.HandlerTimeout)),
                new Text(handler.Queues.Count == 0 ? "all" : string.Join("\n", handler.Queues)));
        }

        console.Write(table);
        console.WriteLine($"Dispatch: {loaded.Options.Dispatch}. Unmatched: {loaded.Options.Unmatched}.");
    }

    private static string Describe(RetryPolicy retry) => retry.RetryLimit == 0
        ? "none"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{retry.RetryLimit}, {Duration.Show(retry.MinBackoff)} to {Duration.Show(retry.MaxBackoff)}{(retry.RetryFor.Count == 0 ? "" : $"\nfor {string.Join(", ", retry.RetryFor.Select(Last))}")}");

    private static string Last(string typeName) => typeName[(typeName.LastIndexOf('.') + 1)..];
}
