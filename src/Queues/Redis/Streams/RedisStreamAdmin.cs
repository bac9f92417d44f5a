using System.Globalization;
using Eventide.Queues.Redis.Connection;
using Eventide.Queues.Redis.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Eventide.Queues.Redis;

/// <summary>Looks at a Redis stream and after it.</summary>
public sealed class RedisStreamAdmin : IQueueAdmin
{
    /// <summary>How far unread entries are counted one by one where the server keeps no count.</summary>
    private const int CountAtMost = 10_000;

    private readonly RedisStreamOptions _options;
    private readonly StreamKeys _keys;
    private readonly RedisClient _client;
    private readonly EntryMapper _mapper;
    private readonly StreamTrimmer _trimmer;

    private RedisStreamAdmin(RedisStreamOptions options, ILogger logger, TimeProvider time)
    {
        _options = options;
        _keys = new StreamKeys(options.Stream, options.Group);
        _client = new RedisClient(options.Server, time, logger);
        _mapper = new EntryMapper(options);
        _trimmer = new StreamTrimmer(options, _keys, _client, time, logger);
    }

    /// <summary>Opens a stream for looking after it. Neither stream nor group need exist.</summary>
    /// <param name="options">The stream.</param>
    /// <param name="logger">Where to log; <see langword="null"/> for nowhere.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FormatException">The options are wrong.</exception>
    /// <exception cref="QueueException">The server cannot be reached, or does not let us in.</exception>
    public static async Task<RedisStreamAdmin> OpenAsync(
        RedisStreamOptions options, ILogger? logger = null, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var admin = new RedisStreamAdmin(options, logger ?? NullLogger.Instance, timeProvider ?? TimeProvider.System);
        try
        {
            await admin._client.ConnectAsync(cancellationToken);
            return admin;
        }
        catch (Exception e)
        {
            await admin.DisposeAsync();
            throw RedisErrors.IsRedis(e) ? RedisErrors.Wrap(options.Stream, "opening", e) : e;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<QueueStats> GetStatsAsync(CancellationToken cancellationToken)
    {
        string last = "0-0";
        var numbers = await TryAsync("counting", () => _client.ExecuteAsync(
            StreamScripts.Stats,
            new[] { _keys.Stream, _keys.Delayed, _keys.Parked },
            request => request.Add(_options.Group).Add(CountAtMost),
            reply =>
            {
                var values = new long[10];
                var items = reply.Items(11);
                for (var i = 0; i < values.Length; i++)
                {
                    values[i] = items.Next().Integer;
                }

                last = items.Next().Text;
                return values;
            },
            cancellationToken));
        var (length, groups, unread, pending, parked, parkedDue) = (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5]);
        var (delayed, delayedDue, age, consumers) = (numbers[6], numbers[7], numbers[8], numbers[9]);
        return new QueueStats
        {
            // Without the group all entries are unread: it will begin with the first, or nothing is known.
            Ready = (unread >= 0 ? unread : length) + parkedDue + delayedDue,
            InFlight = Math.Max(0, pending - parked),
            Delayed = parked - parkedDue + delayed - delayedDue,
            OldestAge = age >= 0 ? TimeSpan.FromMilliseconds(age) : null,
            Details = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["stream"] = _options.Stream,
                ["group"] = unread >= 0 ? _options.Group : "",
                ["length"] = length.ToString(CultureInfo.InvariantCulture),
                ["groups"] = groups.ToString(CultureInfo.InvariantCulture),
                ["consumers"] = consumers.ToString(CultureInfo.InvariantCulture),
                ["pending"] = pending.ToString(CultureInfo.InvariantCulture),
                ["last_delivered_id"] = last,
            },
        };
    }

    /// <summary>Shows entries that a receive would bring now: those given back and due, then those that the group has still to read; all
    /// entries of the stream where there is no such group.</summary>
    /// <param name="max">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="QueueException">The queue could not be asked.</exception>
    public async ValueTask<IReadOnlyList<Message>> PeekAsync(int max, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(max);
        if (max == 0)
        {
            return [];
        }

        var groups = await GetGroupsAsync(cancellationToken);
        var group = groups.FirstOrDefault(g => g.Name == _options.Group);
        if (group is null)
        {
            return await RangeAsync("-", "+", max, cancellationToken: cancellationToken);
        }

        var released = await TryAsync("reading", () => _client.ExecuteAsync(
            StreamScripts.Released,
            new[] { _keys.Stream, _keys.Parked },
            request => request.Add(_options.Group).Add(max),
            EntryReplies.Delivered,
            cancellationToken));
        var messages = released.ConvertAll(e => _mapper.ToMessage(_options.Stream, e, null, null));
        return messages.Count >= max
            ? messages
            : [.. messages, .. await RangeAsync("(" + group.LastDeliveredId, "+", max - messages.Count, cancellationToken: cancellationToken)];
    }

    /// <inheritdoc/>
    public async ValueTask<long?> PurgeAsync(CancellationToken cancellationToken) =>
        await TryAsync("purging", () => _client.ExecuteAsync(
            StreamScripts.Purge,
            new[] { _keys.Stream, _keys.Delayed, _keys.Parked },
            request => request.Add(_options.Group),
            static r => r.Integer,
            cancellationToken));

    /// <inheritdoc/>
    public async ValueTask<bool> CreateAsync(CancellationToken cancellationToken) =>
        await TryAsync("creating", () => StreamGroup.EnsureAsync(_client, _options, StreamGroup.First(_options), cancellationToken));

    /// <summary>Reads entries by their ids, whoever has read or settled them.</summary>
    /// <param name="from">The lowest id: <c>-</c> for the first, an id, milliseconds alone, or <c>(</c> and an id for those after it.</param>
    /// <param name="to">The highest id: <c>+</c> for the last, an id, milliseconds alone, or <c>(</c> and an id for those before it.</param>
    /// <param name="max">How many at most; at least 1.</param>
    /// <param name="newestFirst">Whether to begin with the highest.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="QueueException">The queue could not be asked, or an id is none.</exception>
    public async ValueTask<IReadOnlyList<Message>> RangeAsync(
        string from = "-", string to = "+", int max = 100, bool newestFirst = false, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        var request = new RedisRequest(newestFirst ? "XREVRANGE" : "XRANGE").Add(_options.Stream)
            .Add(newestFirst ? to : from).Add(newestFirst ? from : to).Add("COUNT"u8).Add(max);
        var entries = await TryAsync("reading", () => _client.ExecuteAsync(request, EntryReplies.Entries, cancellationToken));
        return [.. entries.Select(e => _mapper.ToMessage(_options.Stream, e, null, null))];
    }

    /// <summary>Lists the stream's consumer groups; none where there is no stream.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="QueueException">The queue could not be asked.</exception>
    public async ValueTask<IReadOnlyList<RedisGroupInfo>> GetGroupsAsync(CancellationToken cancellationToken = default) =>
        await ListAsync(
            new RedisRequest("XINFO").Add("GROUPS"u8).Add(_options.Stream),
            static reply =>
            {
                var values = Values(reply);
                return new RedisGroupInfo(
                    values["name"]!,
                    Number(values, "consumers") ?? 0,
                    Number(values, "pending") ?? 0,
                    values["last-delivered-id"]!,
                    Number(values, "lag"));
            },
            cancellationToken);

    /// <summary>Lists the consumers of the group; none where there is no such group.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="QueueException">The queue could not be asked.</exception>
    public async ValueTask<IReadOnlyList<RedisConsumerInfo>> GetConsumersAsync(CancellationToken cancellationToken = default) =>
        await ListAsync(
            new RedisRequest("XINFO").Add("CONSUMERS"u8).Add(_options.Stream).Add(_options.Group),
            static reply =>
            {
                var values = Values(reply);
                return new RedisConsumerInfo(
                    values["name"]!, Number(values, "pending") ?? 0, TimeSpan.FromMilliseconds(Number(values, "idle") ?? 0));
            },
            cancellationToken);

    /// <summary>Lists entries that the group has been given and has not acknowledged, by their ids.</summary>
    /// <param name="max">How many at most; at least 1.</param>
    /// <param name="from">The lowest id, as in <see cref="RangeAsync"/>.</param>
    /// <param name="to">The highest id, as in <see cref="RangeAsync"/>.</param>
    /// <param name="consumer">Only those of this consumer; <see langword="null"/> for all.</param>
    /// <param name="minIdle">Only those idle for at least this long.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="QueueException">The queue could not be asked, or an id is none.</exception>
    public async ValueTask<IReadOnlyList<RedisPendingEntry>> GetPendingAsync(
        int max = 100, string from = "-", string to = "+", string? consumer = null, TimeSpan minIdle = default, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        var request = new RedisRequest("XPENDING").Add(_options.Stream).Add(_options.Group);
        if (minIdle > TimeSpan.Zero)
        {
            request.Add("IDLE"u8).Add((long)minIdle.TotalMilliseconds);
        }

        request.Add(from).Add(to).Add(max);
        if (consumer is not null)
        {
            request.Add(consumer);
        }

        return await ListAsync(
            request,
            static reply =>
            {
                var items = reply.Items(4);
                return new RedisPendingEntry(
                    items.Next().Text, items.Next().Text, TimeSpan.FromMilliseconds(items.Next().Integer), items.Next().Integer);
            },
            cancellationToken);
    }

    /// <summary>Removes the group with all it knows: what it has read, what is pending, what waits released. The entries stay.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether there was such a group.</returns>
    /// <exception cref="QueueException">The group could not be removed.</exception>
    public async ValueTask<bool> RemoveGroupAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await TryAsync("removing the group", async () =>
            {
                var destroy = new RedisRequest("XGROUP").Add("DESTROY"u8).Add(_options.Stream).Add(_options.Group);
                var removed = await _client.ExecuteAsync(destroy, static r => r.Integer, cancellationToken);
                await _client.ExecuteAsync(new RedisRequest("DEL").Add(_keys.Parked).Add(_keys.Leases), static r => r.Integer, cancellationToken);
                return removed > 0;
            });
        }
        catch (QueueException e) when (e.InnerException is RedisServerException inner && RedisErrors.IsMissing(inner))
        {
            return false;
        }
    }

    /// <summary>Removes a consumer of the group. What it holds goes back to be delivered again first, so that nothing is lost with it.</summary>
    /// <param name="consumer">Its name.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many entries it held.</returns>
    /// <exception cref="QueueException">The consumer could not be removed.</exception>
    public async ValueTask<long> RemoveConsumerAsync(string consumer, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(consumer);
        if (consumer == StreamKeys.ParkingConsumer)
        {
            throw new ArgumentException($"'{consumer}' holds the group's released entries and cannot be removed by itself.", nameof(consumer));
        }

        return await TryAsync("removing a consumer", () => _client.ExecuteAsync(
            StreamScripts.Forget,
            new[] { _keys.Stream, _keys.Parked, _keys.Leases },
            request => request.Add(_options.Group).Add(consumer).Add(StreamKeys.ParkingConsumer),
            static r => r.Integer,
            cancellationToken));
    }

    /// <summary>Trims the stream as its options ask (<see cref="RedisStreamOptions.MaxLength"/>, <see cref="RedisStreamOptions.MaxAge"/>,
    /// <see cref="RedisStreamOptions.MinId"/>), but nothing that a group has still to read or to settle.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many entries were removed.</returns>
    /// <exception cref="QueueException">The stream could not be trimmed.</exception>
    public async ValueTask<long> TrimAsync(CancellationToken cancellationToken = default)
    {
        var total = 0L;
        long removed;
        do
        {
            removed = await TryAsync("trimming", () => _trimmer.TrimNowAsync(cancellationToken));
            total += removed;
        }
        while (removed > 0);
        return total;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _trimmer.DisposeAsync();
        await _client.DisposeAsync();
    }

    private static Dictionary<string, string?> Values(RespReply reply)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal);
        var items = reply.Items();
        while (items.MoveNext())
        {
            var name = items.Current.Text;
            var value = items.Next();
            values[name] = value.IsNull ? null : value.Text;
        }

        return values;
    }

    private static long? Number(Dictionary<string, string?> values, string name) =>
        values.GetValueOrDefault(name) is { } text && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private async Task<IReadOnlyList<T>> ListAsync<T>(RedisRequest request, RespReader<T> item, CancellationToken cancellationToken)
    {
        try
        {
            return await TryAsync("listing", () => _client.ExecuteAsync(
                request,
                reply =>
                {
                    var list = new List<T>(reply.Count);
                    foreach (var value in reply)
                    {
                        list.Add(item(value));
                    }

                    return list;
                },
                cancellationToken));
        }
        catch (QueueException e) when (e.InnerException is RedisServerException inner && RedisErrors.IsMissing(inner))
        {
            return [];
        }
    }

    private async Task<T> TryAsync<T>(string what, Func<Task<T>> action)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (RedisErrors.IsRedis(e))
        {
            throw RedisErrors.Wrap(_options.Stream, what, e);
        }
    }
}
