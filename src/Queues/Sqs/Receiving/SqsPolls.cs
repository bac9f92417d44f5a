using Eventide.Queues.Sqs.Messages;
using Eventide.Queues.Sqs.Wire;

namespace Eventide.Queues.Sqs.Receiving;

/// <summary>The ReceiveMessage calls of one receiver: several under way at once while the queue is full, one while it is not.</summary>
/// <remarks>
/// A call under way is never broken off: SQS would still take messages into flight for it, and nobody would know them until
/// their lease ends. So a call outlives the receive that began it. What it brings goes to the next receive; where that
/// one was cancelled and no other has begun, it is put back at once, and where none fetches it within <see cref="Patience"/>, then.
/// </remarks>
internal sealed class SqsPolls : IAsyncDisposable
{
    /// <summary>How long a message waits here to be fetched before it is put back. An engine that still has the free
    /// slots it asked for comes back within milliseconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly SqsQueue _queue;
    private readonly SqsDecoder _decoder;
    private readonly Lock _gate = new();
    private readonly List<Poll> _polls = [];
    private readonly HashSet<Task> _background = [];
    private readonly Queue<Arrival> _arrived = new();
    private readonly CancellationTokenSource _breakOff = new();
    private readonly ITimer _patience;
    private TaskCompletionSource? _changed;
    private Exception? _failure;
    private int _receivers;
    private bool _isWaiting;
    private bool _putsBack;
    private bool _isDisposed;

    public SqsPolls(SqsQueue queue)
    {
        _queue = queue;
        _decoder = queue.CreateDecoder();
        _receivers = queue.Options.MinReceivers;
        _patience = queue.Time.CreateTimer(static s => ((SqsPolls)s!).PutBackUnfetched(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many calls would be under way now, were enough messages asked for.</summary>
    internal int Receivers
    {
        get
        {
            lock (_gate)
            {
                return _receivers;
            }
        }
    }

    public async Task<IReadOnlyList<LeasedMessage>> ReceiveAsync(int max, TimeSpan wait, int leaseSeconds, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var began = _queue.Time.GetTimestamp();
        var mine = new object();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(IQueueReceiver));
            _putsBack = false;
            _isWaiting = true;
            if (wait > TimeSpan.Zero)
            {
                // What is under way serves this receive as well as calls of its own.
                foreach (var poll in _polls)
                {
                    poll.Owner = mine;
                }
            }
        }

        try
        {
            var hasAsked = false;
            while (true)
            {
                TaskCompletionSource changed;
                List<Arrival> taken;
                lock (_gate)
                {
                    ObjectDisposedException.ThrowIf(_isDisposed, typeof(IQueueReceiver));
                    var left = wait - _queue.Time.GetElapsedTime(began);
                    if (_failure is { } failure && _arrived.Count == 0)
                    {
                        _failure = null;
                        throw failure;
                    }

                    var isOver = hasAsked && left <= TimeSpan.Zero;
                    if (_arrived.Count == 0 && isOver && !_polls.Exists(p => p.Owner == mine))
                    {
                        return [];
                    }

                    if (!isOver)
                    {
                        hasAsked = true;
                        Ask(max, left, leaseSeconds, mine);
                    }

                    taken = Take(max);
                    changed = _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                if (taken.Count > 0 && await FreshAsync(taken, cancellationToken) is { Count: > 0 } fresh)
                {
                    return fresh;
                }

                if (taken.Count == 0)
                {
                    await changed.Task.WaitAsync(cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            lock (_gate)
            {
                _putsBack = true;
                PutBackArrived();
            }

            throw;
        }
        finally
        {
            lock (_gate)
            {
                _isWaiting = false;
                if (_arrived.Count > 0)
                {
                    _patience.Change(Patience, Timeout.InfiniteTimeSpan);
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            PutBackArrived();
            _changed?.TrySetResult();
        }

        await _patience.DisposeAsync();
        var patience = _queue.Options.LongPoll + TimeSpan.FromSeconds(5);
        var ending = EndAsync();
        try
        {
            await ending.WaitAsync(patience, _queue.Time);
        }
        catch (TimeoutException)
        {
            SqsLog.BrokenOff(_queue.Logger, _queue.Name, patience.TotalSeconds);
            await _breakOff.CancelAsync();
            await ending;
        }

        _breakOff.Dispose();
    }

    /// <summary>Waits for what is under way, and for the putting back that it begins when it ends.</summary>
    private async Task EndAsync()
    {
        while (true)
        {
            Task[] tasks;
            lock (_gate)
            {
                tasks = [.. _background.Where(t => !t.IsCompleted)];
            }

            if (tasks.Length == 0)
            {
                return;
            }

            await Task.WhenAll(tasks);
        }
    }

    /// <summary>Begins as many calls as the backlog is worth and the messages asked for need. Under the lock.</summary>
    private void Ask(int max, TimeSpan left, int leaseSeconds, object owner)
    {
        var longPoll = _queue.Options.LongPoll;
        var wait = Math.Max(0, (int)Math.Ceiling((left < longPoll ? left : longPoll).TotalSeconds));
        var need = max - _arrived.Count;
        var hasOwn = false;
        foreach (var poll in _polls)
        {
            need -= poll.Max;
            hasOwn |= poll.Owner == owner;
        }

        if (_arrived.Count == 0 && !hasOwn)
        {
            // A receive without a wait does not wait for the long polls of the one before.
            need = Math.Max(need, Math.Min(max, 10));
            need -= Begin(need);
        }

        while (need > 0 && _polls.Count < _receivers)
        {
            need -= Begin(need);
        }

        int Begin(int most)
        {
            var poll = new Poll { Max = Math.Min(most, 10), Owner = owner };
            _polls.Add(poll);
            Track(() => PollAsync(poll, wait, leaseSeconds));
            return poll.Max;
        }
    }

    private List<Arrival> Take(int max)
    {
        var taken = new List<Arrival>(Math.Min(max, _arrived.Count));
        while (taken.Count < max && _arrived.TryDequeue(out var arrival))
        {
            taken.Add(arrival);
        }

        return taken;
    }

    private async Task PollAsync(Poll poll, int waitSeconds, int leaseSeconds)
    {
        List<SqsMessage> received = [];
        Exception? failure = null;
        try
        {
            // On a FIFO queue the SDK's retry of a call whose answer was lost gets the same messages by the same attempt
            // id, instead of finding their groups locked.
            var attempt = _queue.IsFifo ? Guid.NewGuid().ToString("N") : null;
            received = await _queue.CallAsync(
                "ReceiveMessage",
                SqsRequests.Receive(_queue.Url, poll.Max, waitSeconds, leaseSeconds, _queue.Options.AttributeNames, attempt),
                SqsAnswers.Receive,
                _breakOff.Token);
        }
        catch (Exception e)
        {
            failure = e;
        }

        var now = _queue.Time.GetUtcNow();
        List<SqsMessage>? damaged = null;
        var arrivals = new List<Arrival>(received.Count);
        foreach (var message in received)
        {
            message.ReceivedAt = now;
            if (_decoder.IsIntact(message))
            {
                arrivals.Add(new Arrival(_decoder.Decode(message), message, leaseSeconds));
            }
            else
            {
                (damaged ??= []).Add(message);
            }
        }

        TaskCompletionSource? changed;
        lock (_gate)
        {
            _polls.Remove(poll);
            Adapt(poll, received.Count, failure);
            arrivals.ForEach(_arrived.Enqueue);
            if (_putsBack || _isDisposed)
            {
                PutBackArrived();
            }
            else if (!_isWaiting && _arrived.Count > 0)
            {
                _patience.Change(Patience, Timeout.InfiniteTimeSpan);
            }

            if (failure is not null && !_putsBack && !_isDisposed)
            {
                _failure = failure;
                failure = null;
            }

            changed = _changed;
        }

        changed?.TrySetResult();
        if (failure is not null and not OperationCanceledException)
        {
            SqsLog.ReceiveFailed(_queue.Logger, failure, _queue.Name);
        }

        if (damaged is not null)
        {
            await PutBackDamagedAsync(damaged);
        }
    }

    /// <summary>One more with every full answer, one fewer with every empty one: the number doubles each round while the
    /// queue is full. Under the lock.</summary>
    private void Adapt(Poll poll, int count, Exception? failure)
    {
        if (failure is not null)
        {
            _receivers = _queue.Options.MinReceivers;
        }
        else if (count >= 10)
        {
            _receivers = Math.Min(_receivers + 1, _queue.Options.MaxReceivers);
        }
        else if (count == 0 && poll.Max > 0)
        {
            _receivers = Math.Max(_receivers - 1, _queue.Options.MinReceivers);
        }
    }

    /// <summary>Renews what has lain here for a notable part of its lease, so that the engine gets whole leases.</summary>
    private async Task<IReadOnlyList<LeasedMessage>> FreshAsync(List<Arrival> taken, CancellationToken cancellationToken)
    {
        var now = _queue.Time.GetUtcNow();
        if (!taken.Exists(a => IsStale(a)))
        {
            return taken.ConvertAll(a => a.Leased);
        }

        var fresh = new List<LeasedMessage>(taken.Count);
        fresh.AddRange(taken.Where(a => !IsStale(a)).Select(a => a.Leased));
        var stale = taken.FindAll(a => IsStale(a));
        foreach (var batch in stale.Chunk(10))
        {
            try
            {
                var failures = await _queue.ChangeVisibilityAsync(
                    [.. batch.Select(a => a.Native.ReceiptHandle)], [.. batch.Select(a => a.LeaseSeconds)], cancellationToken);
                fresh.AddRange(batch.Where((_, i) => !failures.Any(f => f.Index == i)).Select(a => a.Leased));
                if (failures.Count > 0)
                {
                    SqsLog.Expired(_queue.Logger, _queue.Name, failures.Count);
                }
            }
            catch (SqsException)
            {
                // Whether these are still ours is not known: SQS delivers them again when their lease ends.
                SqsLog.Expired(_queue.Logger, _queue.Name, batch.Length);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                lock (_gate)
                {
                    taken.ForEach(_arrived.Enqueue);
                }

                throw;
            }
        }

        return fresh;

        bool IsStale(Arrival a) => now - a.Native.ReceivedAt > TimeSpan.FromSeconds(a.LeaseSeconds / 10.0);
    }

    private void PutBackUnfetched()
    {
        lock (_gate)
        {
            if (!_isWaiting && _arrived.Count > 0)
            {
                SqsLog.NotFetched(_queue.Logger, _queue.Name, _arrived.Count);
                PutBackArrived();
            }
        }
    }

    /// <summary>Puts back what has arrived, in the background. Under the lock.</summary>
    private void PutBackArrived()
    {
        if (_arrived.Count == 0)
        {
            return;
        }

        var messages = _arrived.Select(a => a.Native).ToList();
        _arrived.Clear();
        Track(() => PutBackAsync(messages, 0));
    }

    private async Task PutBackAsync(List<SqsMessage> messages, int seconds)
    {
        foreach (var batch in messages.Chunk(10))
        {
            try
            {
                var failures = await _queue.ChangeVisibilityAsync(
                    [.. batch.Select(m => m.ReceiptHandle)], [.. Enumerable.Repeat(seconds, batch.Length)], _breakOff.Token);
                if (failures.Count > 0)
                {
                    SqsLog.NotPutBack(_queue.Logger, _queue.Name, failures.Count, failures[0].Reason);
                }

                SqsLog.PutBack(_queue.Logger, _queue.Name, batch.Length - failures.Count);
            }
            catch (Exception e)
            {
                SqsLog.NotPutBack(_queue.Logger, _queue.Name, batch.Length, e.Message);
            }
        }
    }

    // Damage on the way passes, so the first time it comes back at once; what stays damaged must not turn in circles.
    private async Task PutBackDamagedAsync(List<SqsMessage> damaged)
    {
        foreach (var message in damaged)
        {
            var seconds = Math.Min((1 << Math.Clamp(message.ReceiveCount - 1, 0, 10)) - 1, 60);
            SqsMetrics.Damaged.Add(1, new KeyValuePair<string, object?>("queue", _queue.Name));
            SqsLog.Damaged(_queue.Logger, _queue.Name, message.MessageId, message.ReceiveCount, seconds);
            await PutBackAsync([message], seconds);
        }
    }

    /// <summary>Runs work that <see cref="DisposeAsync"/> waits for. Under the lock.</summary>
    private void Track(Func<Task> work)
    {
        var task = Task.Run(work);
        _background.Add(task);
        _ = task.ContinueWith(
            (done, state) =>
            {
                var polls = (SqsPolls)state!;
                lock (polls._gate)
                {
                    polls._background.Remove(done);
                }
            },
            this,
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
    }

    private sealed class Poll
    {
        public required int Max { get; init; }

        /// <summary>The receive that waits for it.</summary>
        public required object Owner { get; set; }
    }

    private readonly record struct Arrival(LeasedMessage Leased, SqsMessage Native, int LeaseSeconds);
}
