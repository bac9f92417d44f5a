using System.Globalization;
using System.Reflection;
using System.Text;
using Eventide.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Eventide.Docs.Tests;

public sealed class ConfigurationPageTests
{
    private const string Page = "docs/configuration.md";

    public static TheoryData<string, string> Options
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var type in new[] { typeof(EventideOptions), typeof(RetryOptions), typeof(QueueOptions), typeof(ScheduleOptions), typeof(FileQueueOptions) })
            {
                foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.Name != "EqualityContract"))
                {
                    data.Add(type.Name, property.Name);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void Every_option_is_there_with_its_default(string type, string option)
    {
        var section = type == nameof(FileQueueOptions) ? Pages.Part(Page, "| `FileQueueOptions`", "#") : Pages.Part(Page, $"`{type}`, ", "`");
        var row = section.Split('\n').SingleOrDefault(l => l.StartsWith($"| `{option}` |", StringComparison.Ordinal));
        Assert.True(row is not null, $"{Page} has no row for {type}.{option}.");

        var options = Activator.CreateInstance(typeof(EventideOptions).Assembly.GetTypes().Single(t => t.Name == type))!;
        if (options.GetType().GetProperty(option)!.GetValue(options) is { } value && Shown(value) is { } shown)
        {
            var cells = row.Split('|');
            Assert.Contains(shown, type == nameof(FileQueueOptions) ? cells[3] : cells[2]);
        }
    }

    [Fact]
    public void The_examples_are_valid()
    {
        var blocks = Pages.Blocks(Pages.Read(Page), "json");
        Assert.Equal(2, blocks.Count);
        foreach (var json in blocks)
        {
            var options = Read(c => c.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))));
            Assert.True(options.Queue is not null || options.Queues.Count > 0);
        }
    }

    [Fact]
    public void The_example_of_schedules_is_valid()
    {
        var json = Assert.Single(Pages.Blocks(Pages.Read("docs/scheduling.md"), "json"));
        var options = Read(c => c.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))));
        Assert.Equal(["nightly", "poll"], options.Schedules.Keys.Order());
        Assert.Equal(CatchUp.Skip, options.Schedules["poll"].CatchUp);
    }

    [Fact]
    public void The_environment_variables_say_what_the_file_says()
    {
        var json = Pages.Blocks(Pages.Read(Page), "json")[0];
        var variables = Pages.Blocks(Pages.Read(Page), "sh")[0].Split('\n')
            .Select(l => l.Split('=', 2))
            .ToDictionary(p => p[0].Replace("__", ":", StringComparison.Ordinal), p => (string?)p[1].Trim('\''), StringComparer.Ordinal);
        var fromFile = Read(c => c.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))));
        var fromEnvironment = Read(c => c.AddInMemoryCollection(variables));
        Assert.Equal(Tell(fromFile), Tell(fromEnvironment));
        Assert.NotEqual(Tell(new EventideOptions()), Tell(fromFile));
    }

    [Fact]
    public void The_readme_s_rules_can_be_read()
    {
        var rules = Pages.Blocks(Pages.Part("README.md", "## Rules", "## "), "").Single().Split('\n');
        Assert.Equal(4, new RoutingTable(rules.Select(r => new HandlerDescriptor(r, _ => _ => HandlerResult.Done) { Rules = [r] })).Routes.Count);
    }

    private static EventideOptions Read(Action<IConfigurationBuilder> add)
    {
        var configuration = new ConfigurationBuilder();
        add(configuration);
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration.Build());
        services.AddEventideCore();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<EventideOptions>>().Value;
    }

    private static string Tell(EventideOptions o) => string.Create(
        CultureInfo.InvariantCulture,
        $"{o.Queue} {o.DeadLetter} {o.Concurrency} {o.HandlerTimeout} {o.Retry.RetryLimit} {o.Retry.MaxBackoff} {string.Join(',', o.Retry.RetryFor)}");

    private static string? Shown(object value) => value switch
    {
        int or long => string.Create(CultureInfo.InvariantCulture, $"{value:N0}"),
        bool => value.ToString()!.ToLowerInvariant(),
        Enum => $"`{value}`",
        TimeSpan { TotalSeconds: < 60 } t => string.Create(CultureInfo.InvariantCulture, $"{t.TotalSeconds} s"),
        TimeSpan { TotalSeconds: >= 60 } t => string.Create(CultureInfo.InvariantCulture, $"{t.TotalMinutes} min"),
        _ => null,
    };
}
