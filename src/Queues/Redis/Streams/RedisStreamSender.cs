using System.Buffers.Binary;
using Eventide.Queues.Redis.Connection;
using Eventide.Queues.Redis.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Eventide.Queues.Redis;

/// <summary>Adds entries to a Redis stream. One connection, shared by all calls; the entries of one call go out together.</summary>
public sealed class RedisStreamSender : IQueueSender
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(365);
    private static long s_sequence = DateTime.UtcNow.Ticks;

    private readonly RedisStreamOptions _options;
    private readonly StreamKeys _keys;
    private readonly RedisClient _client;
    private readonly EntryWriter _writer;
    private readonly StreamTrimmer _trimmer;
    private readonly long _origin = Random.Shared.NextInt64();

    private RedisStreamSender(RedisStreamOptions options, ILogger logger, TimeProvider time)
    {
        _options = options;
        _keys = new StreamKeys(options.Stream, options.Group);
        _client = new RedisClient(options.Server, time, logger);
        _writer = new EntryWriter(options);
        _trimmer = new StreamTrimmer(options, _keys, _client, time, logger);
        Limits = RedisStreamLimits.For(options);
    }

    /// <inheritdoc/>
    public string Name => _options.Stream;

    /// <inheritdoc/>
    public QueueLimits Limits { get; }

    /// <summary>Opens a stream for sending. The stream need not exist.</summary>
    /// <param name="options">The stream.</param>
    /// <param name="logger">Where to log; <see langword="null"/> for nowhere.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FormatException">The options are wrong.</exception>
    /// <exception cref="QueueException">The server cannot be reached, or does not let us in.</exception>
    public static async Task<RedisStreamSender> OpenAsync(
        RedisStreamOptions options, ILogger? logger = null, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var sender = new RedisStreamSender(options, logger ?? NullLogger.Instance, timeProvider ?? TimeProvider.System);
        try
        {
            await sender._client.ConnectAsync(cancellationToken);
            return sender;
        }
        catch (Exception e)
        {
            await sender.DisposeAsync();
            throw RedisErrors.IsRedis(e) ? RedisErrors.Wrap(options.Stream, "opening", e) : e;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SendResult>> SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        cancellationToken.ThrowIfCancellationRequested();
        var results = new SendResult[messages.Count];
        var sends = new Task<string?>?[messages.Count];
        RedisConnection connection;
        try
        {
            connection = await _client.ConnectAsync(cancellationToken);
        }
        catch (Exception e) when (RedisErrors.IsRedis(e))
        {
            throw RedisErrors.Wrap(Name, "sending", e);
        }

        for (var i = 0; i < messages.Count; i++)
        {
            var message = messages[i];
            if (Refusal(message) is { } refusal)
            {
                results[i] = new SendResult(null, refusal);
            }
            else
            {
                sends[i] = message.Delay > TimeSpan.Zero
                    ? DelayAsync(connection, message)
                    : connection.ExecuteAsync(Add(message), static r => (string?)r.Text);
            }
        }

        var sent = 0;
        Exception? failure = null;
        for (var i = 0; i < messages.Count; i++)
        {
            if (sends[i] is not { } send)
            {
                continue;
            }

            try
            {
                results[i] = new SendResult(await send.WaitAsync(cancellationToken));
                sent++;
            }
            catch (Exception e) when (RedisErrors.IsRedis(e))
            {
                failure ??= e;
                results[i] = new SendResult(null, RedisErrors.Wrap(Name, "sending", e).Message, RedisErrors.IsTransient(e));
            }
        }

        if (sent == 0 && failure is RedisConnectionException or RespProtocolException)
        {
            throw RedisErrors.Wrap(Name, "sending", failure);
        }

        _trimmer.Added(sent);
        return results;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _trimmer.DisposeAsync();
        await _client.DisposeAsync();
    }

    private string? Refusal(OutgoingMessage message) =>
        EntryWriter.Size(message) > _options.MaxMessageBytes
            ? $"{Name}: the message has {EntryWriter.Size(message)} bytes; expected {_options.MaxMessageBytes} at most (max-message-bytes)."
            : message.Delay > LongestDelay || message.Delay < TimeSpan.Zero
                ? $"{Name}: the delay is {message.Delay}; expected 0 to {LongestDelay}."
                : null;

    private RedisRequest Add(OutgoingMessage message)
    {
        var request = new RedisRequest("XADD", message.Body.Length + 256).Add(_keys.Stream);
        _trimmer.WriteTo(request);
        request.Add("*"u8);
        _writer.Write(request, message);
        return request;
    }

    private async Task<string?> DelayAsync(RedisConnection connection, OutgoingMessage message)
    {
        // Sends that are due at one time keep their order: a running number, then what tells senders apart.
        var unique = new byte[16];
        BinaryPrimitives.WriteInt64BigEndian(unique, Interlocked.Increment(ref s_sequence));
        BinaryPrimitives.WriteInt64BigEndian(unique.AsSpan(8), _origin);
        var delay = (long)Math.Ceiling(message.Delay.TotalMilliseconds);

        void Arguments(RedisRequest request)
        {
            request.Add(delay).Add(unique);
            _writer.Write(request, message);
        }

        string[] keys = [_keys.Delayed];
        try
        {
            return await connection.ExecuteAsync(StreamScripts.Delay.Call(keys, Arguments, byDigest: true), static _ => (string?)null);
        }
        catch (RedisServerException e) when (e.Code == "NOSCRIPT")
        {
            return await connection.ExecuteAsync(StreamScripts.Delay.Call(keys, Arguments, byDigest: false), static _ => (string?)null);
        }
    }
}
