using System.Globalization;
using Eventide.Queues.Redis.Connection;
using Eventide.Queues.Redis.Protocol;
using Microsoft.Extensions.Logging;

namespace Eventide.Queues.Redis;

/// <summary>Keeps a stream as short as its options ask, behind the sends and out of their way.</summary>
internal sealed class StreamTrimmer(RedisStreamOptions options, StreamKeys keys, RedisClient client, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    /// <summary>How many entries one call removes at most: the script reads what it removes, and the server does nothing else meanwhile.</summary>
    private const int Budget = 1000;

    private readonly CancellationTokenSource _disposed = new();
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private long _pending;

    private bool IsOn => options.MaxLength is not null || options.MaxAge is not null || options.MinId is not null;

    /// <summary>Adds the trimming that <c>XADD</c> does by itself: it looks at no group, so only where unread entries may go.</summary>
    public void WriteTo(RedisRequest request)
    {
        if (!options.TrimUnread || !IsOn)
        {
            return;
        }

        request.Add(options.MaxLength is null ? "MINID"u8 : "MAXLEN"u8);
        if (!options.TrimExactly)
        {
            request.Add("~"u8);
        }

        if (options.MaxLength is { } length)
        {
            request.Add(length);
        }
        else
        {
            request.Add(MinId());
        }
    }

    /// <summary>Takes note of entries added, and trims when there are enough.</summary>
    public void Added(int count)
    {
        if (options.TrimUnread || !IsOn || count == 0)
        {
            return;
        }

        lock (_gate)
        {
            _pending += count;

            // Exact means after every send; else a hundred entries are a block of the stream, and less is not worth a call.
            if (_running.IsCompleted && !_disposed.IsCancellationRequested && (options.TrimExactly || _pending >= 100))
            {
                _pending = 0;
                _running = TrimAsync(_disposed.Token);
            }
        }
    }

    /// <summary>Trims now.</summary>
    /// <returns>How many entries were removed.</returns>
    public Task<long> TrimNowAsync(CancellationToken cancellationToken) => client.ExecuteAsync(
        StreamScripts.Trim,
        new[] { keys.Stream },
        request => request.Add(options.MaxLength ?? -1).Add(MinId()).Add(Budget).Add(options.TrimExactly ? "="u8 : "~"u8),
        static r => r.Integer,
        cancellationToken);

    /// <summary>Lets a trim under way end.</summary>
    public async ValueTask DisposeAsync()
    {
        Task running;
        lock (_gate)
        {
            _disposed.Cancel();
            running = _running;
        }

        await running;
    }

    private async Task TrimAsync(CancellationToken cancellationToken)
    {
        try
        {
            do
            {
                while (await TrimNowAsync(cancellationToken) >= Budget)
                {
                    // As many as one call removes: there may be more.
                }
            }
            while (options.TrimExactly && TakePending());
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Closing; what was not trimmed the next sender trims.
        }
        catch (Exception e) when (RedisErrors.IsRedis(e) || e is ObjectDisposedException)
        {
            RedisLog.Deferred(logger, options.Stream, "trimming", e.Message);
        }
    }

    private bool TakePending()
    {
        lock (_gate)
        {
            var any = _pending > 0;
            _pending = 0;
            return any;
        }
    }

    private string MinId()
    {
        var byAge = options.MaxAge is { } age ? (ulong)Math.Max(0, (time.GetUtcNow() - age).ToUnixTimeMilliseconds()) : 0;
        var byId = StreamId.Parse(options.MinId ?? "0");
        var id = byId.Milliseconds >= byAge ? byId : new StreamId(byAge, 0);
        return id == default ? "" : string.Create(CultureInfo.InvariantCulture, $"{id}");
    }
}
