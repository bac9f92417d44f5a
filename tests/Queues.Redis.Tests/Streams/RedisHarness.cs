using Eventide.Queues.Conformance;
using Eventide.Queues.Redis.Tests.Server;
using Eventide.Tests;

namespace Eventide.Queues.Redis.Tests.Streams;

/// <summary>A stream on a server of its own, reached through a proxy that can break.</summary>
public class RedisHarness : QueueHarness
{
    private readonly RedisStreamProvider _provider = new();
    private RedisServer? _server;
    private TcpProxy? _proxy;

    public override TimeSpan ShortLease => TimeSpan.FromMilliseconds(1500);

    public override TimeSpan ShortDelay => TimeSpan.FromMilliseconds(1500);

    public override int LargestBody => 1024 * 1024;

    public override bool CanRestartServer => true;

    public override bool CanBreakConnections => true;

    protected virtual string More => "";

    private QueueUri Uri => QueueUri.Parse(
        $"redis://127.0.0.1:{_proxy!.Port}/2?stream=orders&group=workers&max-message-bytes=1048576&command-timeout=3s&connect-timeout=3s{More}");

    public override async ValueTask StartAsync()
    {
        _server = await RedisServer.StartAsync();
        _proxy = new TcpProxy(_server.Port);
    }

    public override ValueTask<IQueueReceiver> OpenReceiverAsync() => _provider.OpenReceiverAsync(Uri, default);

    public override ValueTask<IQueueSender> OpenSenderAsync() => _provider.OpenSenderAsync(Uri, default);

    public override async ValueTask<IQueueAdmin?> OpenAdminAsync()
    {
        var admin = await _provider.OpenAdminAsync(Uri, default);
        await admin!.CreateAsync(default);
        return admin;
    }

    public override async Task RestartServerAsync()
    {
        await _server!.KillAsync();
        await _server.StartAgainAsync();
    }

    public override Task CutConnectionsAsync()
    {
        _proxy!.Cut();
        return Task.CompletedTask;
    }

    public override Task FallSilentAsync()
    {
        _proxy!.FallSilent();
        return Task.CompletedTask;
    }

    public override Task ResumeAsync()
    {
        _proxy!.Resume();
        return Task.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_proxy is not null)
        {
            await _proxy.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        await base.DisposeAsync();
    }
}
