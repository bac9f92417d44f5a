using System.Text;
using Eventide.Queues;
using Eventide.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Eventide.Core.Tests.Hosting;

public sealed class UnrepeatableQueueTests
{
    [Fact]
    public async Task What_was_read_from_a_pipe_and_not_handled_goes_to_the_dead_letters_when_the_worker_stops()
    {
        var broker = new MemoryBroker();
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        var failed = new TaskCompletionSource();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddEventide(e => e
            .Queue(
                "pipe",
                (_, _) => new(FileQueue.FromStreams("pipe", new Pipe("\"slow\"\n\"fails\"\n\"waits 1\"\n\"waits 2\"\n"), Stream.Null).OpenReceiver()),
                (_, _) => new(broker.GetQueue("dead").OpenSender()))
            .Configure(o =>
            {
                o.Concurrency = 2;
                o.Retry.MinBackoff = o.Retry.MaxBackoff = TimeSpan.FromHours(1);
                o.Retry.Jitter = false;
            })
            .Handle("body == 'slow'", async _ =>
            {
                started.SetResult();
                await release.Task;
            })
            .Handle("body == 'fails'", _ => throw new InvalidOperationException("not now"))
            .Handle(null, async (_, _) =>
            {
                failed.TrySetResult();
                await release.Task;
            }));
        using var host = builder.Build();
        var monitor = host.Services.GetRequiredService<EventideMonitor>();
        await host.StartAsync();
        await Eventually.Ends(started.Task);
        await Eventually.Ends(failed.Task);

        var stopping = host.StopAsync();
        await Eventually.IsTrue(() => monitor.Stats[0].Buffered == 0);
        release.SetResult();
        await Eventually.Ends(stopping);

        // One was running and came to its end, as did the one that took the place of that which failed.
        Assert.Equal((2L, 1L), (monitor.Stats[0].Succeeded, monitor.Stats[0].Failed));
        await using var admin = broker.GetQueue("dead").OpenAdmin();
        var dead = await admin.PeekAsync(10, default);
        Assert.Equal(["\"fails\"", "\"waits 2\""], dead.Select(m => m.Text).Order());
        Assert.All(dead, m => Assert.Equal(nameof(HandlerFailureKind.Stopped), m.Attributes[DeadLetterHeaders.FailureKind]));
    }

    private sealed class Pipe(string text) : MemoryStream(Encoding.UTF8.GetBytes(text))
    {
        public override bool CanSeek => false;
    }
}
