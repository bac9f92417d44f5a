using System.Buffers;
using Eventide.Queues.Redis.Protocol;

namespace Eventide.Queues.Redis.Connection;

/// <summary>One connection to a server: any number of callers, one writer, one reading loop, replies in the order of the commands.</summary>
/// <remarks>Commands that come while bytes are being sent go out together with the next send. The connection dies as a whole, on the
/// first fault of the protocol, the network, or a command's deadline, since from then on no reply could be told from another.</remarks>
internal sealed class RedisConnection : IAsyncDisposable
{
    private const int InitialBuffer = 32 * 1024;
    private const int KeptBuffer = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<PendingReply> _inFlight = [];
    private readonly Stream _stream;
    private readonly RedisServerOptions _options;
    private readonly TimeProvider _time;
    private readonly RespScanner _scanner = new(RespLimits.Default);
    private readonly ITimer _watchdog;
    private readonly Task _reading;
    private ArrayBufferWriter<byte> _filling = new(InitialBuffer);
    private ArrayBufferWriter<byte> _sending = new(InitialBuffer);
    private bool _isSending;
    private Exception? _death;
    private long _lastTraffic;

    /// <summary>Starts speaking over a stream.</summary>
    /// <param name="stream">The stream; the connection's from now on.</param>
    /// <param name="options">Timeouts, and the server's name for messages.</param>
    /// <param name="time">The clock of the timeouts.</param>
    public RedisConnection(Stream stream, RedisServerOptions options, TimeProvider time)
    {
        _stream = stream;
        _options = options;
        _time = time;
        _lastTraffic = time.GetTimestamp();
        _reading = Task.Run(ReadAsync);
        var period = TimeSpan.FromTicks(Math.Clamp(options.CommandTimeout.Ticks / 4, TimeSpan.TicksPerMillisecond * 25, TimeSpan.TicksPerSecond));
        _watchdog = time.CreateTimer(static c => ((RedisConnection)c!).Watch(), this, period, period);
    }

    /// <summary>What the server told of itself when the connection was opened.</summary>
    public RedisServerInfo Server { get; set; } = RedisServerInfo.Unknown;

    /// <summary>Whether no command can be sent any more.</summary>
    public bool IsDead => Volatile.Read(ref _death) is not null;

    /// <summary>Sends a command.</summary>
    /// <param name="request">The command; copied before the method returns.</param>
    /// <param name="reader">Reads the reply.</param>
    /// <param name="blocking">For how long the command itself waits on the server.</param>
    /// <returns>The reply; fails with <see cref="RedisServerException"/>, <see cref="RedisConnectionException"/> or
    /// <see cref="RespProtocolException"/>.</returns>
    public Task<T> ExecuteAsync<T>(RedisRequest request, RespReader<T> reader, TimeSpan blocking = default)
    {
        PendingReply<T> pending;
        lock (_gate)
        {
            if (_death is { } death)
            {
                return Task.FromException<T>(Lost(request.Name, mayHaveRun: false, death));
            }

            pending = new PendingReply<T>(request.Name, Deadline(blocking), reader);
            request.WriteTo(_filling);
            _inFlight.Enqueue(pending);
            if (_isSending)
            {
                return pending.Task;
            }

            _isSending = true;
        }

        _ = SendAsync();
        return pending.Task;
    }

    /// <summary>Ends the connection; commands under way fail.</summary>
    /// <param name="reason">Why, for their callers.</param>
    public void Abort(Exception reason)
    {
        PendingReply[] orphans;
        lock (_gate)
        {
            if (_death is not null)
            {
                return;
            }

            Volatile.Write(ref _death, reason);
            orphans = [.. _inFlight];
            _inFlight.Clear();
        }

        _watchdog.Dispose();
        _stream.Dispose();
        foreach (var orphan in orphans)
        {
            orphan.Fail(Lost(orphan.Command, mayHaveRun: true, reason));
        }
    }

    /// <summary>Closes the connection; commands under way fail.</summary>
    public async ValueTask DisposeAsync()
    {
        Abort(new ObjectDisposedException(nameof(RedisConnection), "The connection was closed by this process."));
        await _reading;
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                lock (_gate)
                {
                    if (_filling.WrittenCount == 0 || _death is not null)
                    {
                        _isSending = false;
                        return;
                    }

                    (_filling, _sending) = (_sending, _filling);
                }

                await _stream.WriteAsync(_sending.WrittenMemory);
                await _stream.FlushAsync();
                if (_sending.Capacity > KeptBuffer)
                {
                    _sending = new ArrayBufferWriter<byte>(InitialBuffer);
                }
                else
                {
                    _sending.ResetWrittenCount();
                }
            }
        }
        catch (Exception e)
        {
            Abort(e);
        }
    }

    private async Task ReadAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
        try
        {
            var start = 0;
            var end = 0;
            while (true)
            {
                while (start < end && _scanner.TryScan(buffer.AsSpan(start, end - start)))
                {
                    Dispatch(new RespReply(buffer.AsSpan(start, _scanner.Position), _scanner.Tokens));
                    start += _scanner.Position;
                    _scanner.Reset();
                }

                buffer = MakeRoom(buffer, ref start, ref end);
                var read = await _stream.ReadAsync(buffer.AsMemory(end));
                if (read == 0)
                {
                    throw new EndOfStreamException("The server closed the connection.");
                }

                end += read;
                Volatile.Write(ref _lastTraffic, _time.GetTimestamp());
            }
        }
        catch (Exception e)
        {
            Abort(e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Moves what is left to the front and grows the buffer where a reply fills it. It grows by what has come, never by what
    /// a length only promises.</summary>
    private static byte[] MakeRoom(byte[] buffer, ref int start, ref int end)
    {
        var left = end - start;
        if (left == 0)
        {
            start = end = 0;
            if (buffer.Length > KeptBuffer)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                return ArrayPool<byte>.Shared.Rent(InitialBuffer);
            }

            return buffer;
        }

        if (end < buffer.Length)
        {
            return buffer;
        }

        // Full, and less than half of it of use: moving is cheaper than growing.
        var target = left > buffer.Length / 2 ? ArrayPool<byte>.Shared.Rent(checked(buffer.Length * 2)) : buffer;
        buffer.AsSpan(start, left).CopyTo(target);
        if (target != buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        start = 0;
        end = left;
        return target;
    }

    private void Dispatch(RespReply reply)
    {
        // Out-of-band messages of RESP3; this client subscribes to nothing.
        if (reply.Type == RespType.Push)
        {
            return;
        }

        PendingReply? pending;
        lock (_gate)
        {
            if (!_inFlight.TryDequeue(out pending))
            {
                // After an abort, replies under way have lost their owners, which is no fault of the server.
                if (_death is not null)
                {
                    return;
                }

                throw new RespProtocolException("The server sent a reply that no command asked for.");
            }
        }

        pending.Complete(reply);
    }

    private void Watch()
    {
        string? late = null;
        var ping = false;
        lock (_gate)
        {
            if (_death is not null)
            {
                return;
            }

            var now = _time.GetTimestamp();
            if (_inFlight.TryPeek(out var oldest))
            {
                late = now > oldest.Deadline ? oldest.Command : null;
            }
            else
            {
                ping = _time.GetElapsedTime(Volatile.Read(ref _lastTraffic), now) > _options.PingInterval;
            }
        }

        if (late is not null)
        {
            Abort(new TimeoutException($"No reply to {late} within {_options.CommandTimeout.TotalSeconds:0.###} s; the connection is taken for dead."));
        }
        else if (ping)
        {
            // Only its deadline matters: without a reply the next watch ends the connection.
            _ = ExecuteAsync(new RedisRequest("PING"), static _ => true).ContinueWith(
                static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    private long Deadline(TimeSpan blocking) =>
        _time.GetTimestamp() + (long)((_options.CommandTimeout + blocking).TotalSeconds * _time.TimestampFrequency);

    private RedisConnectionException Lost(string command, bool mayHaveRun, Exception reason) => new(
        $"The connection to {_options} was lost{(mayHaveRun ? $" before {command} was answered" : "")}: {reason.Message}", mayHaveRun, reason);
}
