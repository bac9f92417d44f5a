using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Eventide.Tests;

/// <summary>A TCP proxy on loopback that can break what it carries: cut connections, refuse new ones, or fall silent.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Link, bool> _links = new();
    private readonly IPEndPoint _target;
    private readonly Task _accepting;
    private volatile Mode _mode;

    /// <summary>Starts a proxy on a free port.</summary>
    /// <param name="targetPort">The port on loopback to which connections are carried.</param>
    public TcpProxy(int targetPort)
    {
        _target = new IPEndPoint(IPAddress.Loopback, targetPort);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    private enum Mode
    {
        Carrying,
        Silent,
        Refusing,
    }

    /// <summary>The port to connect to.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How many connections are open.</summary>
    public int Connections => _links.Count;

    /// <summary>Resets every connection; new ones are carried.</summary>
    public void Cut()
    {
        foreach (var link in _links.Keys)
        {
            link.Reset();
        }
    }

    /// <summary>Resets every connection, and new ones as they come, until <see cref="Resume"/>.</summary>
    public void Refuse()
    {
        _mode = Mode.Refusing;
        Cut();
    }

    /// <summary>Keeps every connection open, new ones too, but carries not a byte more on them: as when a cable is pulled. New
    /// connections are carried again after <see cref="Resume"/>; those from before stay silent for good.</summary>
    public void FallSilent()
    {
        _mode = Mode.Silent;
        foreach (var link in _links.Keys)
        {
            link.IsSilent = true;
        }
    }

    /// <summary>Carries new connections again.</summary>
    public void Resume() => _mode = Mode.Carrying;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync(_stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            var link = new Link(client) { IsSilent = _mode == Mode.Silent };
            if (_mode == Mode.Refusing)
            {
                link.Reset();
                continue;
            }

            _links[link] = true;
            _ = CarryAsync(link);
        }
    }

    private async Task CarryAsync(Link link)
    {
        try
        {
            if (!link.IsSilent)
            {
                await link.Server.ConnectAsync(_target, _stop.Token);
            }

            await Task.WhenAny(PumpAsync(link, link.Client, link.Server), PumpAsync(link, link.Server, link.Client));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The server cannot be reached: the client learns it from the reset.
        }
        finally
        {
            link.Reset();
            _links.TryRemove(link, out _);
        }
    }

    private async Task PumpAsync(Link link, Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (true)
            {
                if (link.IsSilent)
                {
                    await link.Closed;
                    return;
                }

                var count = await from.ReceiveAsync(buffer, SocketFlags.None, _stop.Token);
                if (count == 0)
                {
                    if (link.IsSilent)
                    {
                        continue;
                    }

                    return;
                }

                for (var sent = 0; sent < count && !link.IsSilent;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), SocketFlags.None, _stop.Token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One end is gone; the other is closed with it.
        }
    }

    private sealed class Link(Socket client)
    {
        private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Socket Client { get; } = client;

        public Socket Server { get; } = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        public Task Closed => _closed.Task;

        public volatile bool IsSilent;

        public void Reset()
        {
            // A reset rather than a close, so that nothing still under way arrives.
            foreach (var socket in (Socket[])[Client, Server])
            {
                try
                {
                    socket.LingerState = new LingerOption(enable: true, 0);
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    // Closed already.
                }

                socket.Dispose();
            }

            _closed.TrySetResult();
        }
    }
}
