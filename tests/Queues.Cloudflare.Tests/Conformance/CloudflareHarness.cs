using Eventide.Queues.Cloudflare.Tests.Stub;
using Eventide.Queues.Conformance;
using Eventide.Tests;

namespace Eventide.Queues.Cloudflare.Tests.Conformance;

/// <summary>A queue on a stub of its own, reached through a proxy that can break. On real time, since waiting here is polling.</summary>
public class CloudflareHarness : QueueHarness
{
    private readonly CloudflareQueueProvider _provider = new();
    private StubCloudflare _stub = null!;
    private TcpProxy _proxy = null!;

    public override TimeSpan ShortLease => TimeSpan.FromSeconds(1);

    public override TimeSpan ShortDelay => TimeSpan.FromSeconds(1);

    public override TimeSpan TimeTolerance => TimeSpan.FromMilliseconds(300);

    public override int LargestBody => 127_900;

    public override bool CanRestartServer => true;

    public override bool CanBreakConnections => true;

    private QueueUri Uri => QueueUri.Parse(
        $"cloudflare://{StubCloudflare.Account}/orders?token={StubCloudflare.Token}&endpoint=http://127.0.0.1:{_proxy.Port}/client/v4&timeout=5s&close=2s");

    public override async ValueTask StartAsync()
    {
        _stub = await StubCloudflare.StartAsync();
        Configure(_stub);
        _stub.Add("orders");
        _proxy = new TcpProxy(_stub.Port);
    }

    public override ValueTask<IQueueReceiver> OpenReceiverAsync() => _provider.OpenReceiverAsync(Uri, default);

    public override ValueTask<IQueueSender> OpenSenderAsync() => _provider.OpenSenderAsync(Uri, default);

    public override ValueTask<IQueueAdmin?> OpenAdminAsync() => _provider.OpenAdminAsync(Uri, default);

    public override Task RestartServerAsync() => _stub.RestartAsync();

    public override Task CutConnectionsAsync()
    {
        _proxy.Cut();
        return Task.CompletedTask;
    }

    public override Task FallSilentAsync()
    {
        _proxy.FallSilent();
        return Task.CompletedTask;
    }

    public override Task ResumeAsync()
    {
        _proxy.Resume();
        return Task.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _stub.DisposeAsync();
        _provider.Dispose();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Sets how the stub answers.</summary>
    protected virtual void Configure(StubCloudflare stub)
    {
    }
}
