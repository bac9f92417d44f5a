using System.Diagnostics.Metrics;
using Orleans.Hosting;

namespace Eventide.Orleans.Tests.Hosting;

public sealed class BacklogTests
{
    [Fact]
    public async Task One_silo_of_the_cluster_tells_how_much_waits_in_a_queue()
    {
        var name = $"backlog-{Guid.NewGuid():N}";
        var hold = new TaskCompletionSource();
        await using var cluster = await Cluster.StartAsync(2, (silo, _) => silo.AddEventide(
            e => e.Queue($"memory:{name}")
                .Configure(o =>
                {
                    o.Concurrency = 1;
                    o.BufferSize = 1;
                    o.BacklogInterval = TimeSpan.FromSeconds(1);
                })
                .Handle(null, async (_, token) => await hold.Task.WaitAsync(token))));
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, meters) =>
        {
            if (instrument.Name == "eventide.queue.backlog")
            {
                meters.EnableMeasurementEvents(instrument);
            }
        };
        var told = new List<long>();
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            foreach (var tag in tags)
            {
                if (Equals(tag.Value, name))
                {
                    told.Add(value);
                }
            }
        });
        listener.Start();

        await cluster.SendAsync(name, [.. Enumerable.Range(0, 200).Select(i => $"{i}")]);
        await Wait.UntilAsync(
            () =>
            {
                told.Clear();
                listener.RecordObservableInstruments();
                return told is [> 150];
            },
            "one of the two tells it",
            30,
            () => string.Join(", ", told));
        hold.SetResult();
        await cluster.DrainedAsync(name, 60);
    }
}
