using System.Diagnostics.CodeAnalysis;
using Eventide.Queues.Redis.Protocol;
using Microsoft.Extensions.Logging;

namespace Eventide.Queues.Redis.Connection;

/// <summary>A connection that is opened when it is first used, and again, with growing pauses, after it was lost.</summary>
internal sealed class RedisClient : IAsyncDisposable
{
    private readonly RedisServerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ReconnectBackoff _backoff;
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private readonly CancellationTokenSource _disposed = new();
    private RedisConnection? _connection;
    private long _notBefore;

    /// <summary>Creates the client; nothing is opened yet.</summary>
    public RedisClient(RedisServerOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _backoff = new ReconnectBackoff(options.MinReconnectDelay, options.MaxReconnectDelay, Random.Shared);
    }

    /// <summary>Where it connects to.</summary>
    public RedisServerOptions Options => _options;

    /// <summary>The open connection, if there is one.</summary>
    public RedisConnection? Current => Volatile.Read(ref _connection) is { IsDead: false } connection ? connection : null;

    /// <summary>The open connection, opened now where there is none; after failures not before the pause is over.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RedisConnectionException">The server cannot be reached.</exception>
    /// <exception cref="RedisServerException">The server does not let us in.</exception>
    public ValueTask<RedisConnection> ConnectAsync(CancellationToken cancellationToken) =>
        Current is { } connection ? new(connection) : new(ReconnectAsync(cancellationToken));

    /// <summary>Carries out a command.</summary>
    /// <param name="request">The command.</param>
    /// <param name="reader">Reads the reply.</param>
    /// <param name="cancellationToken">Gives up waiting; the command may be carried out all the same.</param>
    public async Task<T> ExecuteAsync<T>(RedisRequest request, RespReader<T> reader, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var connection = await ConnectAsync(cancellationToken);
            try
            {
                return await connection.ExecuteAsync(request, reader).WaitAsync(cancellationToken);
            }
            catch (RedisConnectionException e) when (!e.MayHaveRun && attempt == 1)
            {
                // The connection died between being handed out and being used: nothing was sent, so nothing can run twice.
            }
            catch (RedisServerException e) when (e.Code == "READONLY")
            {
                // The server has become a replica; the name may point to the new primary.
                connection.Abort(e);
                throw;
            }
        }
    }

    /// <summary>Carries out a script: by its digest, or, where the server does not have it, whole.</summary>
    /// <param name="script">The script.</param>
    /// <param name="keys">Its keys.</param>
    /// <param name="arguments">Writes its arguments; may be called twice.</param>
    /// <param name="reader">Reads the reply.</param>
    /// <param name="cancellationToken">Gives up waiting; the script may be carried out all the same.</param>
    public async Task<T> ExecuteAsync<T>(
        RedisScript script, ReadOnlyMemory<string> keys, Action<RedisRequest> arguments, RespReader<T> reader, CancellationToken cancellationToken)
    {
        try
        {
            return await ExecuteAsync(script.Call(keys.Span, arguments, byDigest: true), reader, cancellationToken);
        }
        catch (RedisServerException e) when (e.Code == "NOSCRIPT")
        {
            return await ExecuteAsync(script.Call(keys.Span, arguments, byDigest: false), reader, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed.IsCancellationRequested)
        {
            return;
        }

        await _disposed.CancelAsync();
        await _connecting.WaitAsync();
        if (_connection is { } connection)
        {
            await connection.DisposeAsync();
        }
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "Kept in _connection and disposed with the client.")]
    private async Task<RedisConnection> ReconnectAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
        try
        {
            await _connecting.WaitAsync(either.Token);
            try
            {
                if (Current is { } connection)
                {
                    return connection;
                }

                var pause = _time.GetElapsedTime(_time.GetTimestamp(), _notBefore);
                if (_notBefore != 0 && pause > TimeSpan.Zero)
                {
                    await Task.Delay(pause, _time, either.Token);
                }

                return await OpenAsync(either.Token);
            }
            finally
            {
                _connecting.Release();
            }
        }
        catch (OperationCanceledException) when (_disposed.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(RedisClient), $"The connection to {_options} was closed by this process.");
        }
    }

    private async Task<RedisConnection> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            var connection = await RedisHandshake.ConnectAsync(_options, _time, cancellationToken);
            var old = _connection;
            Volatile.Write(ref _connection, connection);
            if (old is not null)
            {
                await old.DisposeAsync();
                RedisLog.Reconnected(_logger, _options);
            }

            _backoff.Reset();
            _notBefore = 0;
            return connection;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            var pause = _backoff.Next();
            _notBefore = _time.GetTimestamp() + (long)(pause.TotalSeconds * _time.TimestampFrequency);
            RedisLog.ConnectFailed(_logger, _options, pause.TotalMilliseconds, e.Message);
            throw;
        }
    }
}
