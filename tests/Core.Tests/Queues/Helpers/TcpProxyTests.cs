using System.Net;
using System.Net.Sockets;
using Eventide.Tests;

namespace Eventide.Core.Tests.Queues;

public sealed class TcpProxyTests : IAsyncLifetime
{
    private readonly TcpListener _echo = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private Task _serving = Task.CompletedTask;
    private TcpProxy _proxy = null!;

    public ValueTask InitializeAsync()
    {
        _echo.Start();
        _proxy = new TcpProxy(((IPEndPoint)_echo.LocalEndpoint).Port);
        _serving = ServeAsync();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _proxy.DisposeAsync();
        _echo.Dispose();
        await _serving;
        _stop.Dispose();
    }

    [Fact]
    public async Task Carries_both_ways()
    {
        using var client = await ConnectAsync();

        Assert.Equal(5, await EchoAsync(client, 5));
        Assert.Equal(1, _proxy.Connections);
    }

    [Fact]
    public async Task A_cut_connection_fails_and_a_new_one_works()
    {
        using var client = await ConnectAsync();
        await EchoAsync(client, 1);

        _proxy.Cut();

        await Assert.ThrowsAsync<SocketException>(() => EchoAsync(client, 2));
        using var again = await ConnectAsync();
        Assert.Equal(3, await EchoAsync(again, 3));
    }

    [Fact]
    public async Task Refused_connections_fail_until_it_resumes()
    {
        _proxy.Refuse();
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            using var refused = await ConnectAsync();
            Assert.Equal(0, await EchoAsync(refused, 1));
            throw new SocketException((int)SocketError.ConnectionReset);
        });

        _proxy.Resume();
        using var client = await ConnectAsync();
        Assert.Equal(2, await EchoAsync(client, 2));
    }

    [Fact]
    public async Task A_silent_connection_stays_open_and_says_nothing()
    {
        using var client = await ConnectAsync();
        await EchoAsync(client, 1);

        _proxy.FallSilent();
        var echo = EchoAsync(client, 2);
        using var newcomer = await ConnectAsync();
        var unanswered = EchoAsync(newcomer, 3);
        _proxy.Resume();
        using var later = await ConnectAsync();
        Assert.Equal(4, await EchoAsync(later, 4));

        Assert.False(echo.IsCompleted);
        Assert.False(unanswered.IsCompleted);
        _proxy.Cut();
        await Assert.ThrowsAsync<SocketException>(() => Eventually.Ends(echo));
        await Assert.ThrowsAsync<SocketException>(() => Eventually.Ends(unanswered));
    }

    private static async Task<int> EchoAsync(Socket socket, byte value)
    {
        await socket.SendAsync(new[] { value });
        var answer = new byte[1];
        return await socket.ReceiveAsync(answer) == 0 ? 0 : answer[0];
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, _proxy.Port);
        return socket;
    }

    private async Task ServeAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var socket = await _echo.AcceptSocketAsync(_stop.Token);
                _ = AnswerAsync(socket);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(Socket socket)
    {
        using (socket)
        {
            var buffer = new byte[16];
            try
            {
                while (await socket.ReceiveAsync(buffer, _stop.Token) is > 0 and var count)
                {
                    await socket.SendAsync(buffer.AsMemory(0, count), _stop.Token);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // The client has gone.
            }
        }
    }
}
