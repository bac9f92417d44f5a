using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Eventide.Queues.Redis.Protocol;

namespace Eventide.Queues.Redis.Tests.Server;

/// <summary>A server that answers as a test says, for what no real one does: wrong replies, other versions, silence.</summary>
internal sealed class FakeRedis : IAsyncDisposable
{
    /// <summary>The answer to HELLO of a server of version 7.4.</summary>
    public const string Hello = "%3\r\n$2\r\nid\r\n:7\r\n$7\r\nversion\r\n$5\r\n7.4.0\r\n$5\r\nproto\r\n:3\r\n";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<string[], string?> _answer;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly Task _accepting;

    /// <summary>Starts a server.</summary>
    /// <param name="answer">The answer to a command, as it goes over the wire; null for none, "!" to close the connection.</param>
    public FakeRedis(Func<string[], string?> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public RedisServerOptions Options => new()
    {
        Host = "127.0.0.1", Port = ((IPEndPoint)_listener.LocalEndpoint).Port, MinReconnectDelay = TimeSpan.FromMilliseconds(1),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(5),
    };

    /// <summary>All commands that have come, in order.</summary>
    public ConcurrentQueue<string[]> Commands { get; } = new();

    /// <summary>How many connections have been made.</summary>
    public int Connections => _sockets.Count;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }

        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                _sockets.Add(socket);
                _ = ServeAsync(socket);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        var scanner = new RespScanner(RespLimits.Default);
        var data = new List<byte>();
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, _stop.Token) is var count and > 0)
            {
                data.AddRange(buffer.AsSpan(0, count));
                while (data.Count > 0 && scanner.TryScan(data.ToArray()))
                {
                    var command = Read(data.ToArray(), scanner);
                    data.RemoveRange(0, scanner.Position);
                    scanner.Reset();
                    Commands.Enqueue(command);
                    var answer = _answer(command);
                    if (answer == "!")
                    {
                        socket.Dispose();
                        return;
                    }

                    if (answer is not null)
                    {
                        await socket.SendAsync(Encoding.Latin1.GetBytes(answer), _stop.Token);
                    }
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The client has gone, or the test has ended.
        }
    }

    private static string[] Read(byte[] data, RespScanner scanner)
    {
        var words = new List<string>();
        foreach (var item in new RespReply(data, scanner.Tokens))
        {
            words.Add(Encoding.Latin1.GetString(item.Bytes));
        }

        return [.. words];
    }
}
