using Eventide.Queues.Cloudflare.Tests.Stub;

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
        Provider = new CloudflareQueueProvider(null, time);
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

    /// <summary>Waits for a condition, for 25 s at most.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        var limit = Task.Delay(TimeSpan.FromSeconds(25));
        while (!condition())
        {
            Assert.False(limit.IsCompleted, $"Within 25 s it did not happen that {what}.");
            await Task.Delay(5);
        }
    }

    private T Keep<T>(T opened)
        where T : IAsyncDisposable
    {
        _opened.Add(opened);
        return opened;
    }
}
