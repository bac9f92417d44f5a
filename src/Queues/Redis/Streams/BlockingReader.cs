using Eventide.Queues.Redis.Connection;
using Eventide.Queues.Redis.Protocol;
using Microsoft.Extensions.Logging;

namespace Eventide.Queues.Redis;

/// <summary>Reads new entries of a group over a connection of its own, on which a read may wait.</summary>
/// <remarks>A read that waits is ended by <c>CLIENT UNBLOCK</c> from another connection, and its reply awaited: what it still brings is
/// returned, so nothing is delivered to nobody. Where the server does not let us unblock, reads wait in short slices.</remarks>
internal sealed class BlockingReader(RedisStreamOptions options, RedisClient control, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    /// <summary>How long one read waits where it cannot be ended.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a cancelled read may take to answer before its connection is given up.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private readonly RedisClient _client = new(options.Server, time, logger);
    private long _blockedUntil;
    private volatile bool _cannotUnblock;

    /// <summary>The consumer of a read that ended without its reply: the server may have delivered to it what nobody saw.</summary>
    public LeaseConsumer? LostReplyTo { get; set; }

    /// <summary>Reads.</summary>
    /// <param name="consumer">As whom.</param>
    /// <param name="max">How many entries at most.</param>
    /// <param name="block">How long to wait for the first; zero not to wait.</param>
    /// <param name="cancellationToken">Ends the wait; what has come is returned all the same.</param>
    public async Task<List<RawEntry>> ReadAsync(LeaseConsumer consumer, int max, TimeSpan block, CancellationToken cancellationToken)
    {
        var connection = await _client.ConnectAsync(cancellationToken);
        if (_cannotUnblock || connection.Server.ClientId is null)
        {
            block = block < Slice ? block : Slice;
        }

        var request = new RedisRequest("XREADGROUP").Add("GROUP"u8).Add(options.Group).Add(consumer.Name).Add("COUNT"u8).Add(max);
        if (block > TimeSpan.Zero)
        {
            request.Add("BLOCK"u8).Add(Math.Max(1, (long)block.TotalMilliseconds));
        }

        request.Add("STREAMS"u8).Add(options.Stream).Add(">"u8);
        Volatile.Write(ref _blockedUntil, block > TimeSpan.Zero ? time.GetTimestamp() + (long)(block.TotalSeconds * time.TimestampFrequency) : 0);
        try
        {
            var reply = connection.ExecuteAsync(request, EntryReplies.ReadGroup, block);
            if (!reply.IsCompleted && cancellationToken.CanBeCanceled)
            {
                await WhenAnsweredOrCancelled(reply, cancellationToken);
                if (!reply.IsCompleted)
                {
                    await EndAsync(connection, reply);
                }
            }

            return await reply;
        }
        catch (Exception e) when (e is RespProtocolException or RedisConnectionException { MayHaveRun: true })
        {
            LostReplyTo = consumer;
            throw;
        }
        catch (RedisServerException e) when (e.Code == "READONLY")
        {
            connection.Abort(e);
            throw;
        }
        finally
        {
            Volatile.Write(ref _blockedUntil, 0);
        }
    }

    /// <summary>Ends the wait of a read that would wait beyond a time, so that it can be cut shorter.</summary>
    /// <param name="due">The time, as a timestamp.</param>
    public void Wake(long due)
    {
        if (Volatile.Read(ref _blockedUntil) > due && _client.Current is { Server.ClientId: { } id } && !_cannotUnblock)
        {
            _ = UnblockAsync(id);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private static async Task WhenAnsweredOrCancelled(Task reply, CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (cancellationToken.UnsafeRegister(static s => ((TaskCompletionSource)s!).TrySetResult(), cancelled))
        {
            await Task.WhenAny(reply, cancelled.Task);
        }
    }

    private async Task EndAsync(RedisConnection connection, Task reply)
    {
        var until = time.GetTimestamp() + (long)(Grace.TotalSeconds * time.TimestampFrequency);
        var pause = TimeSpan.FromMilliseconds(5);
        while (!reply.IsCompleted && time.GetTimestamp() < until)
        {
            // Again and again, since an unblock that overtakes its read on the way to the server does nothing.
            if (connection.Server.ClientId is { } id && !_cannotUnblock)
            {
                await Task.WhenAny(reply, UnblockAsync(id));
            }

            await Task.WhenAny(reply, Task.Delay(pause, time));
            pause = TimeSpan.FromMilliseconds(Math.Min(100, pause.TotalMilliseconds * 2));
        }

        if (!reply.IsCompleted)
        {
            connection.Abort(new TimeoutException($"A cancelled read was not answered within {Grace.TotalSeconds:0} s; the connection is taken for dead."));
        }
    }

    private async Task UnblockAsync(long clientId)
    {
        try
        {
            await control.ExecuteAsync(new RedisRequest("CLIENT").Add("UNBLOCK"u8).Add(clientId), static _ => true, CancellationToken.None);
        }
        catch (RedisServerException e)
        {
            _cannotUnblock = true;
            RedisLog.Deferred(logger, options.Stream, "CLIENT UNBLOCK", e.Message + " Reads wait in slices of 100 ms from now on.");
        }
        catch (Exception e) when (RedisErrors.IsRedis(e) || e is ObjectDisposedException)
        {
            // No way to the server: the read ends with its own connection or at the end of its wait.
            RedisLog.Deferred(logger, options.Stream, "CLIENT UNBLOCK", e.Message);
        }
    }
}
