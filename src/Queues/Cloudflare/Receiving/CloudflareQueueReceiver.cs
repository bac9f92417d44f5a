using System.Buffers;
using System.Text.Json;
using Eventide.Queues.Cloudflare.Http;
using Eventide.Queues.Cloudflare.Sending;

namespace Eventide.Queues.Cloudflare.Receiving;

/// <summary>Receives by the HTTP pull API. The server never waits, so waiting is polling at growing intervals.</summary>
internal sealed class CloudflareQueueReceiver : IQueueReceiver
{
    private static readonly TimeSpan PutBackPause = TimeSpan.FromMilliseconds(200);
    private const int PutBackTries = 4;

    private readonly CloudflareClient _client;
    private readonly CloudflareQueueOptions _options;
    private readonly QueueInfo _queue;
    private readonly Func<string, CancellationToken, ValueTask<IQueueSender>> _openSender;
    private readonly TimeProvider _time;
    private readonly PollPacer _pacer;
    private readonly SettleQueue _settling;

    // Closing ends waits; the end of the lifetime, which comes when what is under way has had its time, ends requests.
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _lifetime = new();
    private readonly Lock _strayLock = new();
    private readonly HashSet<Task> _strays = [];
    private Task _receiving = Task.CompletedTask;
    private int _disposed;

    public CloudflareQueueReceiver(
        CloudflareClient client,
        CloudflareQueueOptions options,
        QueueInfo queue,
        Func<string, CancellationToken, ValueTask<IQueueSender>> openSender,
        TimeProvider time)
    {
        _client = client;
        _options = options;
        _queue = queue;
        _openSender = openSender;
        _time = time;
        _pacer = new PollPacer(options.MinPollInterval, options.MaxPollInterval, time);
        _settling = new SettleQueue(SendSettlingAsync);
        Limits = CloudflareLimits.For(options);
    }

    public string Name => _options.Queue;

    public QueueLimits Limits { get; }

    public async ValueTask<ReceivedBatch> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (request.MaxMessages < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(request), request.MaxMessages, "A receive asks for one message at least.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        var receiving = ReceiveUntilClosedAsync(request, cancellationToken);
        _receiving = receiving;
        return await receiving;
    }

    private async Task<ReceivedBatch> ReceiveUntilClosedAsync(ReceiveRequest request, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        try
        {
            return await ReceiveCoreAsync(request, either.Token);
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(CloudflareQueueReceiver), "The receiver was closed while a receive waited.");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The caller knows its own token, not ours.
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private async Task<ReceivedBatch> ReceiveCoreAsync(ReceiveRequest request, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            var left = request.Wait - _time.GetElapsedTime(started);
            left = left > TimeSpan.Zero ? left : TimeSpan.Zero;
            var heldBack = _client.Gate.Remaining;
            if (heldBack > left)
            {
                await DelayAsync(left, cancellationToken);
                return ReceivedBatch.Empty;
            }

            var pause = _pacer.Pause < left ? _pacer.Pause : left;
            await DelayAsync(pause > heldBack ? pause : heldBack, cancellationToken);
            var messages = await PullAsync(request, cancellationToken);
            if (messages.Count > 0)
            {
                _pacer.CameFull();
                return new ReceivedBatch(messages);
            }

            _pacer.CameEmpty();
            if (_time.GetElapsedTime(started) >= request.Wait)
            {
                return ReceivedBatch.Empty;
            }
        }
    }

    public async ValueTask<SettleReport> AcknowledgeAsync(IReadOnlyList<LeasedMessage> messages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var leases = new (string?, TimeSpan?)[messages.Count];
        for (var i = 0; i < leases.Length; i++)
        {
            leases[i] = (messages[i].Receipt as string, null);
        }

        return await SettleAsync(leases, cancellationToken);
    }

    public async ValueTask<SettleReport> ReleaseAsync(IReadOnlyList<Release> releases, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(releases);
        var leases = new (string?, TimeSpan?)[releases.Count];
        for (var i = 0; i < leases.Length; i++)
        {
            leases[i] = (releases[i].Leased.Receipt as string, releases[i].Delay);
        }

        return await SettleAsync(leases, cancellationToken);
    }

    public ValueTask<SettleReport> ExtendAsync(IReadOnlyList<LeasedMessage> messages, TimeSpan lease, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Leases of Cloudflare Queues are not renewed here (Limits.CanExtend is false): ask for a lease as long as the work can take, up to 12 h.");

    public async ValueTask<IQueueSender?> OpenDeadLetterSenderAsync(CancellationToken cancellationToken) =>
        _queue.DeadLetterQueue is { } name ? await _openSender(name, cancellationToken) : null;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _closing.CancelAsync();
        try
        {
            await EndAsync().WaitAsync(_options.CloseTimeout, _time);
        }
        catch (TimeoutException)
        {
            // What is still under way is given up; its messages come back when their leases run out.
        }

        await _lifetime.CancelAsync();
        _client.Dispose();
        _lifetime.Dispose();
        _closing.Dispose();
    }

    private async Task EndAsync()
    {
        // The receive first: it may leave a pull behind, to be put back. How it ended is its caller's affair.
        await _receiving.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        await StraysAsync();
        await _settling.WhenIdleAsync();
    }

    private async Task<SettleReport> SettleAsync((string? LeaseId, TimeSpan? Delay)[] leases, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_lifetime.IsCancellationRequested, this);
        cancellationToken.ThrowIfCancellationRequested();
        return leases.Length == 0 ? SettleReport.AllDone : await _settling.AddAsync(leases, cancellationToken);
    }

    private async Task SendSettlingAsync(IReadOnlyList<SettleEntry> entries)
    {
        try
        {
            using var answer = await _client.CallAsync(
                HttpMethod.Post, $"{QueueDirectory.Path(_queue.Id)}/messages/ack", AckCall.Write(entries), "settling messages", _lifetime.Token);
            AckCall.Report(answer.RootElement, entries);
        }
        catch (Exception exception)
        {
            var error = exception as QueueException
                ?? new QueueException(Name, $"settling messages was given up: {exception.Message}", isTransient: true, exception);
            foreach (var entry in entries)
            {
                entry.Batch.Fail(entry.Index, error);
            }
        }
    }

    private async Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        if (delay > TimeSpan.Zero)
        {
            await Task.Delay(delay, _time, cancellationToken);
        }
    }

    /// <summary>Pulls once. The request is never broken off, since what it was about to bring would stay invisible for the
    /// whole lease: a caller who gives up leaves it behind, and what it brings is put back.</summary>
    private async Task<List<LeasedMessage>> PullAsync(ReceiveRequest request, CancellationToken cancellationToken)
    {
        var pull = PullOnceAsync(request);
        try
        {
            return await pull.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            if (pull.IsCompletedSuccessfully)
            {
                return await pull;
            }

            Track(PutBackAsync(pull));
            throw;
        }
    }

    private async Task<List<LeasedMessage>> PullOnceAsync(ReceiveRequest request)
    {
        var buffer = new ArrayBufferWriter<byte>(96);
        await using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("batch_size"u8, Math.Min(request.MaxMessages, CloudflareLimits.BatchMessages));
            var lease = request.Lease < Limits.MinLease ? Limits.MinLease : request.Lease > CloudflareLimits.Lease ? CloudflareLimits.Lease : request.Lease;
            writer.WriteNumber("visibility_timeout_ms"u8, (long)lease.TotalMilliseconds);
            writer.WriteEndObject();
        }

        using var answer = await _client.CallAsync(
            HttpMethod.Post, $"{QueueDirectory.Path(_queue.Id)}/messages/pull", buffer.WrittenMemory, "pulling messages", _lifetime.Token);
        return PulledMessages.Read(answer.RootElement, Name);
    }

    private async Task PutBackAsync(Task<List<LeasedMessage>> pull)
    {
        List<LeasedMessage> messages;
        try
        {
            messages = await pull;
        }
        catch (Exception)
        {
            // It brought nothing that could be put back, and whoever waited for it has gone.
            return;
        }

        var leases = messages.Select(m => (m.Receipt as string, (TimeSpan?)TimeSpan.Zero)).Where(l => l.Item1 is not null).ToArray();
        for (var attempt = 1; leases.Length > 0 && attempt <= PutBackTries; attempt++)
        {
            try
            {
                var report = await _settling.AddAsync(leases, CancellationToken.None);
                leases = [.. report.Failures.Where(f => f.Kind == SettleFailureKind.Transient).Select(f => leases[f.Index])];
            }
            catch (QueueException exception) when (exception.IsTransient && !_lifetime.IsCancellationRequested)
            {
                // The next try follows; after the last, the leases run out by themselves.
            }
            catch (QueueException)
            {
                return;
            }

            if (leases.Length > 0)
            {
                await Task.Delay(PutBackPause * attempt, _time);
            }
        }
    }

    private void Track(Task stray)
    {
        lock (_strayLock)
        {
            _strays.Add(stray);
        }

        _ = stray.ContinueWith(
            t =>
            {
                lock (_strayLock)
                {
                    _strays.Remove(t);
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    private Task StraysAsync()
    {
        lock (_strayLock)
        {
            return Task.WhenAll(_strays);
        }
    }
}
