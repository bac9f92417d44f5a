using Eventide.Queues.Redis.Connection;
using Eventide.Queues.Redis.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Eventide.Queues.Redis;

/// <summary>Reads a Redis stream through a consumer group. Two connections: one on which reads wait, one for all else.</summary>
public sealed class RedisStreamReceiver : IQueueReceiver
{
    /// <summary>How long closing may take where the server does not answer.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    /// <summary>The most delayed sends that one sweep moves into the stream: the server does nothing else meanwhile.</summary>
    private const int MoveAtMost = 500;

    private readonly RedisStreamOptions _options;
    private readonly StreamKeys _keys;
    private readonly RedisClient _control;
    private readonly BlockingReader _reader;
    private readonly EntryMapper _mapper;
    private readonly StreamSettler _settler;
    private readonly SweepSchedule _schedule;
    private readonly ConsumerNames _consumers;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    /// <summary>Ids that sweeps brought from beyond the last id read; should a read's reply be lost, they are not among what it brought.</summary>
    private readonly HashSet<string> _sweptAhead = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly SemaphoreSlim _receiving = new(1, 1);
    private StreamId _lastRead;

    private RedisStreamReceiver(RedisStreamOptions options, ILogger logger, TimeProvider time)
    {
        _options = options;
        _logger = logger;
        _time = time;
        _keys = new StreamKeys(options.Stream, options.Group);
        _control = new RedisClient(options.Server, time, logger);
        _reader = new BlockingReader(options, _control, time, logger);
        _mapper = new EntryMapper(options);
        _schedule = new SweepSchedule(options, time, Random.Shared);
        _consumers = new ConsumerNames(options.Consumer);
        _settler = new StreamSettler(options, _keys, _control, _consumers, time);
        Limits = RedisStreamLimits.For(options);
    }

    /// <inheritdoc/>
    public string Name => _options.Stream;

    /// <summary>The name of this receiver within the consumer group.</summary>
    public string Consumer => _consumers.Name;

    /// <inheritdoc/>
    public QueueLimits Limits { get; }

    /// <summary>Opens a stream for receiving; creates stream and group where they are missing.</summary>
    /// <param name="options">The stream.</param>
    /// <param name="logger">Where to log; <see langword="null"/> for nowhere.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FormatException">The options are wrong.</exception>
    /// <exception cref="QueueException">The server cannot be reached, or does not let us in.</exception>
    public static async Task<RedisStreamReceiver> OpenAsync(
        RedisStreamOptions options, ILogger? logger = null, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var receiver = new RedisStreamReceiver(options, logger ?? NullLogger.Instance, timeProvider ?? TimeProvider.System);
        try
        {
            await StreamGroup.EnsureAsync(receiver._control, options, StreamGroup.First(options), cancellationToken);
            return receiver;
        }
        catch (Exception e)
        {
            await receiver._control.DisposeAsync();
            throw RedisErrors.IsRedis(e) ? RedisErrors.Wrap(options.Stream, "opening", e) : e;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ReceivedBatch> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.MaxMessages, 1, nameof(request));
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Wait, TimeSpan.Zero, nameof(request));
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
        if (!await _receiving.WaitAsync(TimeSpan.Zero, CancellationToken.None))
        {
            throw new InvalidOperationException($"{Name}: a receive is under way already; one at a time, or open another receiver.");
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            var batch = await ReceiveOwnAsync(request, either.Token);
            if (_closing.IsCancellationRequested && batch.Messages.Count > 0)
            {
                // Disposed of while it waited: whoever did that does not look for messages any more.
                await _settler.ReleaseAsync([.. batch.Messages.Select(m => new Release(m, TimeSpan.Zero, Uncounted: true))], CancellationToken.None);
                batch = ReceivedBatch.Empty;
            }

            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            return batch;
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(RedisStreamReceiver), $"{Name}: the receiver was closed while it waited.");
        }
        finally
        {
            _receiving.Release();
        }
    }

    /// <inheritdoc/>
    public ValueTask<SettleReport> AcknowledgeAsync(IReadOnlyList<LeasedMessage> messages, CancellationToken cancellationToken) =>
        _settler.AcknowledgeAsync(messages, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<SettleReport> ReleaseAsync(IReadOnlyList<Release> releases, CancellationToken cancellationToken)
    {
        var report = await _settler.ReleaseAsync(releases, cancellationToken);
        if (releases.Count > 0)
        {
            // This receiver knows when they are due; others find out by their sweeps.
            var due = _schedule.DueIn(releases.Min(r => r.Delay));
            _reader.Wake(due);
        }

        return report;
    }

    /// <inheritdoc/>
    public ValueTask<SettleReport> ExtendAsync(IReadOnlyList<LeasedMessage> messages, TimeSpan lease, CancellationToken cancellationToken) =>
        _settler.ExtendAsync(messages, lease, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IQueueSender?> OpenDeadLetterSenderAsync(CancellationToken cancellationToken) => _options.DeadLetterStream is not { } stream
        ? null
        : await RedisStreamSender.OpenAsync(
            _options with { Stream = stream, DeadLetterStream = null, MaxLength = null, MaxAge = null, MinId = null }, _logger, _time, cancellationToken);

    /// <summary>Closes both connections. What a lost connection was bringing is put back, and consumers that hold nothing are removed from the
    /// group where their names were generated.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested)
        {
            return;
        }

        await _closing.CancelAsync();
        try
        {
            // A receive under way ends first, and puts back what it still brings.
            await _receiving.WaitAsync(CancellationToken.None).WaitAsync(CloseTimeout * 2, _time);
            await LeaveAsync().WaitAsync(CloseTimeout, _time);
        }
        catch (Exception e) when (RedisErrors.IsRedis(e) || e is TimeoutException or QueueException)
        {
            // What is left behind comes back when its lease ends, and the consumer goes when it expires.
            RedisLog.Deferred(_logger, Name, "leaving the group", e.Message);
        }

        await _reader.DisposeAsync();
        await _control.DisposeAsync();
    }

    private async Task<ReceivedBatch> ReceiveOwnAsync(ReceiveRequest request, CancellationToken cancellationToken)
    {
        var consumer = _consumers.For(request.Lease);
        var max = Math.Min(request.MaxMessages, _options.MaxBatch);
        var started = _time.GetTimestamp();
        while (true)
        {
            List<RawEntry> entries;
            var leasedAt = _time.GetTimestamp();
            try
            {
                if (_reader.LostReplyTo is { } unlucky)
                {
                    entries = await RecoverAsync(unlucky, max);
                    if (entries.Count > 0)
                    {
                        return Deliver(entries, unlucky, leasedAt);
                    }
                }

                var (sweep, claim) = _schedule.Due();
                if (sweep)
                {
                    entries = await SweepAsync(consumer, max, claim, cancellationToken);
                    if (entries.Count > 0)
                    {
                        return Deliver(entries, consumer, leasedAt);
                    }
                }

                cancellationToken.ThrowIfCancellationRequested();
                var left = request.Wait - _time.GetElapsedTime(started);
                var untilSweep = _schedule.Left();
                leasedAt = _time.GetTimestamp();
                entries = await _reader.ReadAsync(consumer, max, Shorter(left, untilSweep), cancellationToken);
                if (entries.Count > 0)
                {
                    NoteLast(entries);

                    // Counted from before the read: too early by what it waited, never too late.
                    return Deliver(entries, consumer, leasedAt);
                }
            }
            catch (RedisServerException e) when (RedisErrors.IsMissing(e))
            {
                await RecreateAsync(cancellationToken);
                continue;
            }
            catch (Exception e) when (RedisErrors.IsRedis(e))
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw RedisErrors.Wrap(Name, "receiving", e);
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (_time.GetElapsedTime(started) >= request.Wait)
            {
                return ReceivedBatch.Empty;
            }
        }
    }

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private ReceivedBatch Deliver(List<RawEntry> entries, LeaseConsumer consumer, long leasedAt)
    {
        var messages = new LeasedMessage[entries.Count];
        for (var i = 0; i < messages.Length; i++)
        {
            var entry = entries[i];
            messages[i] = new LeasedMessage(
                _mapper.ToMessage(Name, entry, _options.Group, consumer.Name), new RedisDelivery(entry.Id, entry.Count, consumer, leasedAt));
        }

        return new ReceivedBatch(messages);
    }

    private void NoteLast(List<RawEntry> entries)
    {
        _lastRead = StreamId.Parse(entries[^1].Id);
        if (_sweptAhead.Count > 0)
        {
            _sweptAhead.RemoveWhere(id => StreamId.Parse(id).Order(_lastRead) <= 0);
        }
    }

    private async Task<List<RawEntry>> SweepAsync(LeaseConsumer consumer, int max, bool claim, CancellationToken cancellationToken)
    {
        SweepResult result;
        try
        {
            // Never given up half-way: what it takes over is ours from that moment on.
            await _control.ConnectAsync(cancellationToken);
            result = await _control.ExecuteAsync(
                StreamScripts.Sweep,
                new[] { _keys.Stream, _keys.Delayed, _keys.Parked, _keys.Leases },
                request => request.Add(_options.Group).Add(consumer.Name).Add(consumer.Milliseconds).Add(max).Add(StreamKeys.ParkingConsumer)
                    .Add(claim ? "1"u8 : "0"u8).Add(MoveAtMost).Add((long)_options.ConsumerExpiry.TotalMilliseconds),
                EntryReplies.Sweep,
                CancellationToken.None);
        }
        catch (RedisServerException e) when (!RedisErrors.IsMissing(e) && e.Code is not ("READONLY" or "NOPERM" or "LOADING" or "MASTERDOWN"))
        {
            // New entries must flow even where the old cannot be looked after.
            _schedule.Swept(claim, consumer.Lease, -1, isFull: false);
            RedisLog.Deferred(_logger, Name, "looking for what is due", e.Message);
            return [];
        }

        _schedule.Swept(claim, consumer.Lease, result.DueIn, isFull: result.More || result.Entries.Count >= max);
        if (result.Error.Length > 0)
        {
            RedisLog.Deferred(_logger, Name, "moving delayed messages into the stream", result.Error);
        }

        if (result.Gone > 0)
        {
            RedisLog.EntriesGone(_logger, Name, result.Gone);
        }

        if (result.Entries.Count > 0 || result.Moved > 0)
        {
            RedisLog.Swept(_logger, Name, result.Entries.Count, result.Moved);
        }

        foreach (var entry in result.Entries)
        {
            if (entry.Count == 1 && StreamId.Parse(entry.Id).Order(_lastRead) > 0)
            {
                _sweptAhead.Add(entry.Id);
            }
        }

        return result.Entries;
    }

    private async Task<List<RawEntry>> RecoverAsync(LeaseConsumer consumer, int max)
    {
        var entries = await _control.ExecuteAsync(
            StreamScripts.Recover,
            new[] { _keys.Stream },
            request => request.Add(_options.Group).Add(consumer.Name).Add(_lastRead.ToString()).Add(max),
            EntryReplies.Delivered,
            CancellationToken.None);
        if (entries.Count < max)
        {
            _reader.LostReplyTo = null;
        }

        if (entries.Count > 0)
        {
            var ahead = _sweptAhead.ToHashSet(StringComparer.Ordinal);
            NoteLast(entries);
            entries.RemoveAll(e => ahead.Contains(e.Id));
            RedisLog.Recovered(_logger, Name, entries.Count);
        }

        return entries;
    }

    private async Task RecreateAsync(CancellationToken cancellationToken)
    {
        // Not from the end: what was sent since the group went must not be missed.
        var after = _lastRead != default ? _lastRead.ToString() : StreamGroup.First(_options);
        try
        {
            if (await StreamGroup.EnsureAsync(_control, _options, after, cancellationToken))
            {
                RedisLog.GroupRecreated(_logger, Name, after);
            }
        }
        catch (Exception e) when (RedisErrors.IsRedis(e))
        {
            throw RedisErrors.Wrap(Name, "creating the consumer group", e);
        }
    }

    private async Task LeaveAsync()
    {
        if (_control.Current is null)
        {
            return;
        }

        if (_reader.LostReplyTo is { } unlucky)
        {
            var lost = Deliver(await RecoverAsync(unlucky, _options.MaxBatch), unlucky, _time.GetTimestamp());
            await _settler.ReleaseAsync([.. lost.Messages.Select(m => new Release(m, TimeSpan.Zero, Uncounted: true))], CancellationToken.None);
        }

        var consumers = _consumers.All;
        if (_options.Consumer is null && consumers.Length > 0)
        {
            await _control.ExecuteAsync(
                StreamScripts.Close,
                new[] { _keys.Stream, _keys.Leases },
                request =>
                {
                    request.Add(_options.Group);
                    foreach (var consumer in consumers)
                    {
                        request.Add(consumer.Name);
                    }
                },
                static r => r.Integer,
                CancellationToken.None);
        }
    }
}
