using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Eventide.Core.Tests.Options;

public sealed class OptionsTests
{
    [Fact]
    public void The_section_is_bound()
    {
        var options = Read(new()
        {
            ["Eventide:Queue"] = "memory:a",
            ["Eventide:Concurrency"] = "3",
            ["Eventide:HandlerTimeout"] = "00:00:05",
            ["Eventide:Unmatched"] = "Release",
            ["Eventide:Retry:RetryLimit"] = "7",
            ["Eventide:Retry:RetryFor:0"] = "System.TimeoutException",
            ["Eventide:Queues:b:Uri"] = "memory:b",
            ["Eventide:Queues:b:OrderBy"] = "body.customer",
        });
        Assert.Equal(("memory:a", 3, TimeSpan.FromSeconds(5), UnmatchedPolicy.Release, 7), (options.Queue, options.Concurrency, options.HandlerTimeout, options.Unmatched, options.Retry.RetryLimit));
        Assert.Equal("System.TimeoutException", Assert.Single(options.Retry.RetryFor));
        Assert.Equal("body.customer", options.Queues["b"].OrderBy);
    }

    [Fact]
    public void Every_fault_is_named_at_once()
    {
        var fault = Assert.Throws<OptionsValidationException>(() => Read(new()
        {
            ["Eventide:Queue"] = "nonsense",
            ["Eventide:Concurrency"] = "0",
            ["Eventide:Lease"] = "00:00:00",
            ["Eventide:OrderBy"] = "body.",
            ["Eventide:Retry:MaxBackoff"] = "00:00:00.5",
            ["Eventide:Queues:b:BufferSize"] = "-1",
        }));
        Assert.Equal(7, fault.Failures.Count());
        foreach (var part in new[] { "Queue:", "Concurrency is 0; expected 1 to 10000", "Lease", "OrderBy", "MaxBackoff", "Queues:b:Uri is missing", "Queues:b:BufferSize" })
        {
            Assert.Contains(fault.Failures, f => f.Contains(part));
        }
    }

    [Fact]
    public void A_setting_that_does_not_exist_is_a_fault()
    {
        var fault = Assert.Throws<OptionsValidationException>(() => Read(new() { ["Eventide:Concurency"] = "3" }));
        Assert.Contains("Eventide:Concurency is no setting; expected one of Queue, DeadLetter, Queues, Concurrency,", Assert.Single(fault.Failures));
    }

    [Fact]
    public void Names_and_values_that_cannot_be_bound_are_told_together_with_all_else_that_is_wrong()
    {
        var fault = Assert.Throws<OptionsValidationException>(() => Read(new()
        {
            ["Eventide:Queu"] = "memory:x",
            ["Eventide:Concurrency"] = "many",
            ["Eventide:Lease"] = "soon",
            ["Eventide:Dispatch"] = "Any",
            ["Eventide:UntilEmpty"] = "maybe",
            ["Eventide:Retry"] = "3",
            ["Eventide:Queues:b:Uri"] = "memory:b",
            ["Eventide:Queues:b:Leese"] = "00:01:00",
            ["Eventide:Queues:c:Uri:x"] = "1",
            ["Eventide:Schedules:s:Chron"] = "@daily",
            ["Eventide:StuckAfter"] = "-00:00:01",
            ["Eventide:Queues:d"] = null,
        }));
        string[] expected =
        [
            "Eventide:Queu is no setting; expected one of Queue,",
            "Eventide:Concurrency is 'many'; expected a whole number.",
            "Eventide:Lease is 'soon'; expected a time such as 00:00:30",
            "Eventide:Dispatch is 'Any'; expected one of FirstMatch, AllMatches, ExactlyOne.",
            "Eventide:UntilEmpty is 'maybe'; expected true or false.",
            "Eventide:Retry is '3'; expected a section with some of RetryLimit,",
            "Eventide:Queues:b:Leese is no setting; expected one of Uri,",
            "Eventide:Queues:c:Uri is a section; expected text.",
            "Eventide:Schedules:s:Chron is no setting; expected one of Cron,",
            "Eventide:StuckAfter is -00:00:01",
            "Eventide:Queues:d:Uri is missing",
        ];
        Assert.All(expected, part => Assert.Contains(fault.Failures, f => f.StartsWith(part, StringComparison.Ordinal)));
        Assert.Equal(expected.Length, fault.Failures.Count());
    }

    [Fact]
    public void Settings_without_a_value_are_as_good_as_none()
    {
        var options = Read(new() { ["Eventide:Concurrency"] = null, ["Eventide:Lease"] = "", ["Eventide:DeadLetter"] = null, ["Eventide:Retry"] = null, ["eventide:untilempty"] = "TRUE" });
        Assert.Equal((16, TimeSpan.FromSeconds(60), null, 3, true), (options.Concurrency, options.Lease, options.DeadLetter, options.Retry.RetryLimit, options.UntilEmpty));
    }

    [Theory]
    [InlineData("memory:a", null, null, null, "Eventide:DeadLetter: 'memory:a' is the queue itself")]
    [InlineData("memory:b", "memory:a", "memory:b", null, "Eventide:DeadLetter: 'memory:b' is the queue itself")]
    [InlineData("memory:x", null, "memory:b", "memory:b", "Eventide:Queues:q:DeadLetter: 'memory:b' is the queue itself")]
    public void A_queue_that_is_its_own_dead_letter_queue_is_a_fault(string deadLetter, string? queue, string? named, string? namedDeadLetter, string expected)
    {
        var settings = new Dictionary<string, string?> { ["Eventide:Queue"] = queue ?? "memory:a", ["Eventide:DeadLetter"] = deadLetter };
        if (named is not null)
        {
            settings["Eventide:Queues:q:Uri"] = named;
            if (namedDeadLetter is not null)
            {
                settings["Eventide:Queues:q:DeadLetter"] = namedDeadLetter;
            }
        }

        var fault = Assert.Throws<OptionsValidationException>(() => Read(settings));
        Assert.StartsWith(expected, Assert.Single(fault.Failures));
    }

    [Fact]
    public async Task A_worker_without_handlers_or_without_a_queue_does_not_start()
    {
        var noHandlers = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(e => e.Queue("memory:x")));
        Assert.Contains("No handler is registered", noHandlers.Message);
        var noQueue = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(e => e.Handle(null, _ => { })));
        Assert.Contains("No queue is configured", noQueue.Message);
        var noProvider = await Assert.ThrowsAsync<FormatException>(() => StartAsync(e => e.Queue("gopher:x").Handle(null, _ => { })));
        Assert.Contains("memory:name", noProvider.Message);
        var badRule = await Assert.ThrowsAsync<RuleException>(() => StartAsync(e => e.Queue("memory:x").Handle("body.a ==", _ => { })));
        Assert.Contains("body.a ==", badRule.Message);
    }

    [Fact]
    public async Task Settings_of_a_handler_that_are_out_of_range_and_names_that_stand_twice_stop_the_start()
    {
        var fault = await Assert.ThrowsAsync<RuleException>(() => StartAsync(e => e
            .Queue("memory:x")
            .AddHandler(new HandlerDescriptor("a", _ => _ => HandlerResult.Done) { Timeout = TimeSpan.Zero, RetryLimit = -5 })
            .AddHandler(new HandlerDescriptor("b", _ => _ => HandlerResult.Done) { MinBackoff = TimeSpan.FromSeconds(2), MaxBackoff = TimeSpan.FromSeconds(1) })
            .AddHandler(new HandlerDescriptor("b", _ => _ => HandlerResult.Done))));
        Assert.Equal(4, fault.Faults.Count);
        Assert.Contains(fault.Faults, f => f.Contains("2 handlers are called 'b'"));
    }

    [Fact]
    public void A_queue_opened_by_code_takes_settings_without_a_uri()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Eventide:Queues:own:Concurrency"] = "2" }).Build());
        services.AddEventideCore(e => e.Queue("own", (_, _) => throw new NotSupportedException()));
        using var provider = services.BuildServiceProvider();
        Assert.Equal(2, provider.GetRequiredService<IOptions<EventideOptions>>().Value.Queues["own"].Concurrency);
    }

    private static async Task StartAsync(Action<EventideBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddEventide(configure);
        using var host = builder.Build();
        await host.StartAsync();
    }

    private static EventideOptions Read(Dictionary<string, string?> settings)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddEventideCore();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<EventideOptions>>().Value;
    }
}
