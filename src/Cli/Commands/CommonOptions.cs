using System.CommandLine;

namespace Eventide.Cli;

/// <summary>Options that several commands have.</summary>
internal static class CommonOptions
{
    public static Option<bool> Json() => new("--json") { Description = "One JSON object a line." };

    public static Option<string[]> App() => new("--app", "-a")
    {
        Description = "The assembly of the handlers (a .dll); may be given several times. Default: Eventide:HandlerPaths of the configuration.",
        HelpName = "Handlers.dll",
        DefaultValueFactory = _ => [],
    };

    public static Option<string?> Config() => new("--config", "-c")
    {
        Description = "A JSON file of settings, over appsettings.json beside the assembly; environment variables (EVENTIDE__CONCURRENCY=4) win over both.",
        HelpName = "FILE",
    };

    public static Option<string> Queue(string description) => new("--queue", "-q") { Description = description, HelpName = "URI", Required = true };

    public static Option<string?> Filter() => new("--filter")
    {
        Description = "Only messages for which this holds: JMESPath over the message document, as rules are read; attributes.\"eventide-exception\" and the like tell what a dead letter died of.",
        HelpName = "JMESPATH",
    };

    public static Option<bool> DryRun() => new("--dry-run") { Description = "Show what would be done, and do nothing." };

    public static Option<int?> Number(string name, string description, int min, int max)
    {
        var option = new Option<int?>(name) { Description = description, HelpName = "N" };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1
                && (!int.TryParse(result.Tokens[0].Value, System.Globalization.CultureInfo.InvariantCulture, out var value) || value < min || value > max))
            {
                result.AddError(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{name} is '{result.Tokens[0].Value}'; expected a whole number from {min} to {max}."));
            }
        });
        return option;
    }
}
