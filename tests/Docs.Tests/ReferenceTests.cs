using System.Diagnostics.Metrics;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.Extensions.Logging;

namespace Eventide.Docs.Tests;

/// <summary>Lists in the pages that must be complete.</summary>
public sealed partial class ReferenceTests
{
    [Fact]
    public void Every_instrument_is_on_the_telemetry_page()
    {
        _ = new EventideMonitor();
        var instruments = new List<Instrument>();
        using (var listener = new MeterListener())
        {
            listener.InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == EventideTelemetry.Name)
                {
                    instruments.Add(instrument);
                }
            };
            listener.Start();
        }

        var page = Pages.Part("docs/telemetry.md", "## Metrics", "## ");
        var names = instruments.Select(i => i.Name).Where(n => !n.StartsWith("eventide.redis.", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).ToList();
        Assert.True(names.Count >= 17, "Few instruments were found.");
        var missing = names.Where(n => !page.Contains($"| `{n}` |", StringComparison.Ordinal)).ToList();
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_log_event_is_on_the_telemetry_page_with_its_level()
    {
        var events = new[] { "Eventide.WorkerLog", "Eventide.ScheduleLog" }
            .SelectMany(t => typeof(EventideOptions).Assembly.GetType(t)!.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .Select(m => m.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .ToList();
        Assert.True(events.Count >= 30, "Few events were found.");
        var page = Pages.Read("docs/telemetry.md");
        var missing = events.Where(e => !page.Contains($"| {e.EventId} | {e.Level} |", StringComparison.Ordinal)).Select(e => e.Message).ToList();
        Assert.Empty(missing);
    }

    // By their text: the cluster's code is compiled only where Orleans is to be had.
    [Fact]
    public void Every_log_event_of_the_cluster_the_command_line_and_the_servers_is_on_the_telemetry_page_with_its_level()
    {
        string[] folders = ["src/Grains", "src/Silo", "src/Cli", "src/Queues"];
        var events = folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Pages.Root, folder), "*.cs", SearchOption.AllDirectories))
            .SelectMany(file => LogEvent().Matches(File.ReadAllText(file)))
            .Select(m => (Id: m.Groups["id"].Value, Level: m.Groups["level"].Value))
            .ToList();
        Assert.True(events.Count >= 37, "Few events were found.");
        Assert.Equal(events.Count, events.DistinctBy(e => e.Id).Count());
        var page = Pages.Read("docs/telemetry.md");
        Assert.DoesNotContain(events, e => !page.Contains($"| {e.Id} | {e.Level} |", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_dead_letter_header_is_on_the_page_of_retries()
    {
        var headers = typeof(DeadLetterHeaders).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(f => f.Name != nameof(DeadLetterHeaders.Prefix))
            .Select(f => (string)f.GetValue(null)!)
            .ToList();
        Assert.Equal(10, headers.Count);
        var page = Pages.Read("docs/retries-and-settlement.md");
        var missing = headers.Where(h => !page.Contains($"| `{h}` |", StringComparison.Ordinal)).ToList();
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_setting_of_the_handler_attribute_is_on_the_page_of_handlers()
    {
        var page = Pages.Read("docs/handlers.md");
        var settings = typeof(HandlerAttribute).GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(p => p.CanWrite).Select(p => p.Name).ToList();
        Assert.True(settings.Count >= 9);
        var missing = settings.Where(s => !page.Contains($"`{s}`", StringComparison.Ordinal)).ToList();
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_package_is_on_the_page_of_dependencies()
    {
        var page = Pages.Read("docs/dependencies.md");
        var packages = XDocument.Load(Path.Combine(Pages.Root, "Directory.Packages.props")).Descendants("PackageVersion").Select(p => p.Attribute("Include")!.Value).ToList();
        Assert.NotEmpty(packages);
        var missing = packages.Where(p => !page.Contains($"`{p}`", StringComparison.Ordinal)).ToList();
        Assert.Empty(missing);
    }

    [GeneratedRegex(@"\[LoggerMessage\((?<id>[0-9]+), LogLevel\.(?<level>[A-Za-z]+),", RegexOptions.None, 5000)]
    private static partial Regex LogEvent();
}
