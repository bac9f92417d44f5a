using Eventide.Queues.Cloudflare.Tests.Stub;
using Eventide.Tests;

namespace Eventide.Queues.Cloudflare.Tests;

/// <summary>A stub, one queue on it, and a provider that reaches it.</summary>
public sealed class Fixture : IAsyncDisposable
{
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly List<IAsyncDisposable> _opened = [];

    private Fixture(StubCloudflare stub, TimeProvider time)
    {
        Stub = stub;
        Queue = stub.Add("orders");
        Provider = new CloudflareQueueProvider(time);
    }

    public StubCloudflare Stub { get; }

    public StubQueue Queue { get; }

    public CloudflareQueueProvider Provider { get; }

    public static async Task<Fixture> StartAsync(TimeProvider? time = null) =>
        new(await StubCloudflare.StartAsync(time), time ?? TimeProvider.System);

    public QueueUri Uri(string queue = "orders", string more = "") =>
        QueueUri.Parse($"cloudflare://{StubCloudflare.Account}/{queue}?token={StubCloudflare.Token}&endpoint={System.Uri.EscapeDataString(Stub.Endpoint)}{more}");

    public async Task<IQueueReceiver> ReceiverAsync(string more = "", string queue = "orders") =>
        Keep(await Provider.OpenReceiverAsync(Uri(queue, more), default));

    public async Task<IQueueSender> SenderAsync(string more = "", string queue = "orders") =>
        Keep(await Provider.OpenSenderAsync(Uri(queue, more), default));

    public async Task<IQueueAdmin> AdminAsync(string more = "", string queue = "orders") =>
        Keep((await Provider.OpenAdminAsync(Uri(queue, more), default))!);

    public static ReceiveRequest AtOnce(int max = 10) => new(max, TimeSpan.Zero, Lease);

    public async ValueTask DisposeAsync()
    {
        foreach (var one in _opened)
        {
            await one.DisposeAsync();
        }

        Provider.Dispose();
        await Stub.DisposeAsync();
    }

    /// <summary>Lets fake time go on in steps until the task has ended; the real time it may take is bounded.</summary>
    internal static async Task<T> RunAsync<T>(FakeTime time, Task<T> task, TimeSpan step)
    {
        var bound = Task.Delay(Eventually.Bound);
        while (!task.IsCompleted)
        {
            Assert.False(bound.IsCompleted, "The task did not end in time.");

            // A request may be under way on a real socket: it gets a moment before time goes on.
            await Task.WhenAny(task, Task.Delay(10));
            time.Advance(step);
        }

        return await task;
    }

    private T Keep<T>(T opened)
        where T : IAsyncDisposable
    {
        _opened.Add(opened);
        return opened;
    }
}
