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
        Assert.Contains("Concurency", fault.Message);
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
