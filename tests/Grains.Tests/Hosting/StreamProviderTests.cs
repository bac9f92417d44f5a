using System.Collections.Concurrent;
using System.IO.Pipelines;
using Eventide.Queues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Orleans.Providers.Streams.Common;
using Orleans.Streams;

namespace Eventide.Orleans.Tests.Hosting;

public sealed class StreamProviderTests
{
    [Fact]
    public async Task Every_queue_is_a_stream_provider_of_its_own_wherever_it_was_named()
    {
        var done = new ConcurrentDictionary<string, string>();
        await using var cluster = await Cluster.StartAsync(1, (silo, setup) =>
        {
            silo.Configuration["Eventide:Queues:configured:Uri"] = "memory:one";
            silo.AddEventide(e => e
                .Configure(o => o.Queues["coded"] = new QueueOptions { Uri = "memory:two", DeadLetter = "memory:dead" })
                .Queue("opened", (_, _) => ValueTask.FromResult<IQueueReceiver>(setup.Broker.GetQueue("three").OpenReceiver()))
                .Handle(null, m => { done[m.Queue] = m.Text; }));
            silo.AddEventide(e => e.Queue("memory:four"));
        });

        await cluster.SendAsync("one", "1");
        await cluster.SendAsync("two", "2");
        await cluster.SendAsync("three", "3");
        await cluster.SendAsync("four", "4");
        await Wait.UntilAsync(() => done.Count == 4, "all four are handled", 60, () => string.Join(", ", done));

        var services = cluster.Handles[0].SiloHost.Services;
        Assert.All(
            ["Eventide/configured", "Eventide/coded", "Eventide/opened", "Eventide"],
            name => Assert.Equal(name, services.GetRequiredKeyedService<IStreamProvider>(name).Name));
    }

    [Fact]
    public async Task One_queue_is_stopped_and_started_by_Orleans_own_command()
    {
        var done = new ConcurrentQueue<string>();
        await using var cluster = await Cluster.StartAsync(1, (silo, _) => silo.AddEventide(e => e
            .Configure(o =>
            {
                o.Queues["a"] = new QueueOptions { Uri = "memory:a" };
                o.Queues["b"] = new QueueOptions { Uri = "memory:b" };
            })
            .Handle(null, m => done.Enqueue(m.Text))));
        var management = cluster.Silos.GrainFactory.GetGrain<global::Orleans.Runtime.IManagementGrain>(0);

        await management.SendControlCommandToProvider<PersistentStreamProvider>("Eventide/a", (int)PersistentStreamProviderCommand.StopAgents);
        await cluster.SendAsync("a", "to a");
        await cluster.SendAsync("b", "to b");
        await Wait.UntilAsync(() => !done.IsEmpty, "the other queue goes on");
        Assert.Equal(["to b"], done);
        Assert.Equal(1, (await cluster.StatsOfAsync("a")).Ready);

        await management.SendControlCommandToProvider<PersistentStreamProvider>("Eventide/a", (int)PersistentStreamProviderCommand.StartAgents);
        await Wait.UntilAsync(() => done.Count == 2, "it goes on when started again");
        Assert.Equal(["to b", "to a"], done);
    }

    [Fact]
    public async Task A_queue_that_is_named_too_late_stops_the_start_and_says_where_to_name_it()
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var cluster = await Cluster.StartAsync(1, (silo, _) =>
            {
                silo.AddEventide(e => e.Queue("memory:work").Handle(null, _ => { }));
                silo.Services.AddSingleton<IPostConfigureOptions<EventideOptions>>(new PostConfigureOptions<EventideOptions>(
                    Options.DefaultName, o => o.Queues["late"] = new QueueOptions { Uri = "memory:late" }));
            });
        });
        Assert.Contains("'late'", failure.ToString(), StringComparison.Ordinal);
        Assert.Contains("in AddEventide", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_read_twice_stops_the_start()
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var cluster = await Cluster.StartAsync(1, (silo, _) => silo.AddEventide(e => e
                .Queue("piped", (_, _) => ValueTask.FromResult<IQueueReceiver>(new FileQueueReceiver("standard input", new Pipe().Reader.AsStream(), new FileQueueOptions(), TimeProvider.System)))
                .Handle(null, _ => { })));
        });
        Assert.Contains("standard input cannot be read a second time", failure.ToString(), StringComparison.Ordinal);
    }
}
