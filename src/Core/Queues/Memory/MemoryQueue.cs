using System.Globalization;

namespace Eventide.Queues;

/// <summary>A queue in this process' memory with all that the contract knows: leases, delays, groups in order,
/// deduplication. Thread-safe; any number of receivers and senders share it. Its messages end with the process.</summary>
/// <remarks>
/// <para>Messages without a group come in the order sent; one that is released or whose lease ran out goes to the end. Of a
/// group one message is in flight at a time, in the order sent; one that comes back keeps its turn, holding back its group
/// only. A message sent with a delay takes its place when the delay ends.</para>
/// <para>Bodies and attributes are copied on sending.</para>
/// </remarks>
public sealed class MemoryQueue
{
    // System.Threading.Timer takes at most 2^32-2 ms; a timer that comes early only looks and is set again.
    private static readonly long LongestTimer = TimeSpan.FromDays(1).Ticks;
    private static readonly TimeSpan LongestDelay = TimeSpan.FromDays(3650);

    private readonly Lock _lock = new();
    private readonly MemoryQueueOptions _options;
    private readonly MemoryEntryList _ready = new();
    private readonly MemoryLeases _leases = new();
    private readonly PriorityQueue<MemoryEntry, (long Due, long Sequence)> _delayed = new();
    private readonly Dictionary<string, MemoryLane> _lanes = new(StringComparer.Ordinal);
    private readonly MemoryDeduplication _deduplication;
    private readonly LinkedList<MemoryWaiter> _waiters = new();
    private ITimer? _timer;
    private long _timerDue = long.MaxValue;
    private long _lastSequence;
    private long _total;
    private bool _created;

    internal MemoryQueue(string name, MemoryQueueOptions options, TimeProvider time)
    {
        Name = name;
        Time = time;
        _options = options;
        _deduplication = new MemoryDeduplication(options.DeduplicationWindow.Ticks);
        Limits = new QueueLimits
        {
            MaxReceiveBatch = 1024,
            MaxSettleBatch = 1024,
            MaxSendBatch = 1024,
            MaxWait = TimeSpan.FromHours(1),
            MaxSendDelay = LongestDelay,
            MaxReleaseDelay = LongestDelay,
            MinLease = TimeSpan.FromMilliseconds(1),
            MaxLease = options.MaxLease,
            CanExtend = true,
            CanReleaseUncounted = true,
            Ordering = QueueOrdering.PerGroup,
            Deduplicates = true,
        };
    }

    /// <summary>The queue's name.</summary>
    public string Name { get; }

    /// <summary>What the queue can do.</summary>
    public QueueLimits Limits { get; }

    internal TimeProvider Time { get; }

    // Ticks of the monotonic clock: setting the wall clock moves no lease.
    private long Now => Time.GetElapsedTime(0).Ticks;

    /// <summary>Opens the queue for receiving; the caller's to dispose. Receivers share the queue's messages.</summary>
    public IQueueReceiver OpenReceiver()
    {
        MarkCreated();
        return new MemoryQueueReceiver(this);
    }

    /// <summary>Opens the queue for sending; the caller's to dispose.</summary>
    public IQueueSender OpenSender()
    {
        MarkCreated();
        return new MemoryQueueSender(this);
    }

    /// <summary>Opens the queue for looking at it and after it; the caller's to dispose.</summary>
    public IQueueAdmin OpenAdmin() => new MemoryQueueAdmin(this);

    internal bool MarkCreated()
    {
        lock (_lock)
        {
            return !_created && (_created = true);
        }
    }

    internal IReadOnlyList<SendResult> Send(IReadOnlyList<OutgoingMessage> messages)
    {
        var results = new SendResult[messages.Count];
        var enqueuedAt = Time.GetUtcNow();
        lock (_lock)
        {
            var now = Now;
            for (var i = 0; i < results.Length; i++)
            {
                results[i] = Send(messages[i], now, enqueuedAt);
            }

            Notify(now);
        }

        return results;
    }

    /// <summary>Takes what is ready, or returns <see langword="null"/>.</summary>
    internal IReadOnlyList<LeasedMessage>? TryReceive(in ReceiveRequest request)
    {
        lock (_lock)
        {
            return Take(request, Now);
        }
    }

    /// <summary>Takes what is ready, or puts the waiter in line and returns <see langword="null"/>.</summary>
    internal IReadOnlyList<LeasedMessage>? TryReceiveOrWait(in ReceiveRequest request, MemoryWaiter waiter)
    {
        lock (_lock)
        {
            var now = Now;
            var messages = Take(request, now);
            if (messages is null)
            {
                _waiters.AddLast(waiter);
                SetTimer(now);
            }

            return messages;
        }
    }

    internal void StopWaiting(MemoryWaiter waiter)
    {
        lock (_lock)
        {
            // Where it had been woken already, somebody else must be in its place, lest the wake-up be lost with it.
            if (!_waiters.Remove(waiter))
            {
                WakeOne();
            }
        }
    }

    internal SettleReport Acknowledge(IReadOnlyList<LeasedMessage> messages)
    {
        List<SettleFailure>? failures = null;
        lock (_lock)
        {
            var now = Now;
            Sweep(now);
            for (var i = 0; i < messages.Count; i++)
            {
                if (Find(messages[i], i, ref failures) is { } entry)
                {
                    _leases.Remove(entry);
                    Forget(entry);
                }
            }

            Notify(now);
        }

        return Report(failures);
    }

    internal SettleReport Release(IReadOnlyList<Release> releases)
    {
        List<SettleFailure>? failures = null;
        lock (_lock)
        {
            var now = Now;
            Sweep(now);
            for (var i = 0; i < releases.Count; i++)
            {
                var release = releases[i];
                if (Find(release.Leased, i, ref failures) is not { } entry)
                {
                    continue;
                }

                if (release.Delay < TimeSpan.Zero || release.Delay > LongestDelay)
                {
                    (failures ??= []).Add(new(i, SettleFailureKind.Permanent, $"A delay of {release.Delay} is out of range; expected from zero to {LongestDelay}."));
                    continue;
                }

                Return(entry, release.Delay.Ticks, release.Uncounted, now);
            }

            Notify(now);
        }

        return Report(failures);
    }

    internal SettleReport Extend(IReadOnlyList<LeasedMessage> messages, TimeSpan lease)
    {
        List<SettleFailure>? failures = null;
        lock (_lock)
        {
            var now = Now;
            Sweep(now);
            var list = _leases.ForLength(lease.Ticks);
            for (var i = 0; i < messages.Count; i++)
            {
                if (Find(messages[i], i, ref failures) is not { } entry)
                {
                    continue;
                }

                if (now + lease.Ticks > entry.LastDue)
                {
                    (failures ??= []).Add(new(i, SettleFailureKind.Permanent, $"The lease would last longer than {_options.MaxLease} from its delivery on."));
                    continue;
                }

                _leases.Remove(entry);
                entry.Due = now + lease.Ticks;
                _leases.Add(list, entry);
            }

            Notify(now);
        }

        return Report(failures);
    }

    internal QueueStats GetStats()
    {
        lock (_lock)
        {
            Sweep(Now);
            return new QueueStats
            {
                Ready = _total - _leases.Count - _delayed.Count,
                InFlight = _leases.Count,
                Delayed = _delayed.Count,
                OldestAge = _ready.First is { } oldest ? Time.GetUtcNow() - oldest.EnqueuedAt : null,
                Details = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    ["groups"] = _lanes.Count.ToString(CultureInfo.InvariantCulture),
                },
            };
        }
    }

    internal IReadOnlyList<Message> Peek(int max)
    {
        var messages = new List<Message>();
        lock (_lock)
        {
            Sweep(Now);
            for (var entry = _ready.First; entry is not null && messages.Count < max; entry = entry.Next)
            {
                messages.Add(entry.ToMessage(entry.Attempt + 1));
            }

            foreach (var lane in _lanes.Values)
            {
                for (var entry = lane.Waiting.First; entry is not null && messages.Count < max; entry = entry.Next)
                {
                    messages.Add(entry.ToMessage(entry.Attempt + 1));
                }
            }
        }

        return messages;
    }

    internal long? Purge()
    {
        lock (_lock)
        {
            var count = _total;
            foreach (var entry in _leases.All())
            {
                entry.State = MemoryEntryState.Gone;
            }

            _leases.Clear();
            _delayed.Clear();
            _lanes.Clear();
            while (_ready.First is { } entry)
            {
                _ready.Remove(entry);
            }

            _total = 0;
            return count;
        }
    }

    private static SettleReport Report(List<SettleFailure>? failures) => failures is null ? SettleReport.AllDone : new SettleReport(failures);

    private SendResult Send(OutgoingMessage message, long now, DateTimeOffset enqueuedAt)
    {
        if (message.Delay < TimeSpan.Zero || message.Delay > LongestDelay)
        {
            return new SendResult(null, $"A delay of {message.Delay} is out of range; expected from zero to {LongestDelay}.");
        }

        if (message.DeduplicationId is { } duplicate && _deduplication.TryFind(duplicate, now, out var earlier))
        {
            return new SendResult(earlier.ToString(CultureInfo.InvariantCulture));
        }

        if (_total >= _options.MaxMessages)
        {
            return new SendResult(null, $"The memory queue '{Name}' is full: it holds {_total} messages, as many as its options allow.", IsTransient: true);
        }

        var sequence = ++_lastSequence;
        var entry = MemoryEntry.Create(this, sequence, message, enqueuedAt);
        if (message.DeduplicationId is { } id)
        {
            _deduplication.Add(id, sequence, now);
        }

        _total++;
        if (message.Delay > TimeSpan.Zero)
        {
            HoldBack(entry, now + message.Delay.Ticks);
        }
        else
        {
            Enqueue(entry);
        }

        return new SendResult(sequence.ToString(CultureInfo.InvariantCulture));
    }

    private MemoryLane LaneOf(string group)
    {
        if (!_lanes.TryGetValue(group, out var lane))
        {
            lane = new MemoryLane(group);
            _lanes.Add(group, lane);
        }

        return lane;
    }

    private List<LeasedMessage>? Take(in ReceiveRequest request, long now)
    {
        Sweep(now);
        if (_ready.Count == 0)
        {
            return null;
        }

        var count = Math.Min(request.MaxMessages, _ready.Count);
        var messages = new List<LeasedMessage>(count);
        var leases = _leases.ForLength(request.Lease.Ticks);
        for (var i = 0; i < count; i++)
        {
            var entry = _ready.First!;
            _ready.Remove(entry);
            entry.State = MemoryEntryState.InFlight;
            entry.Attempt++;
            entry.Due = now + request.Lease.Ticks;
            entry.LastDue = now + _options.MaxLease.Ticks;
            _leases.Add(leases, entry);
            messages.Add(new LeasedMessage(entry.ToMessage(entry.Attempt), entry));
        }

        Notify(now);
        return messages;
    }

    private MemoryEntry? Find(in LeasedMessage leased, int index, ref List<SettleFailure>? failures)
    {
        if (leased.Receipt is not MemoryEntry entry || !ReferenceEquals(entry.Owner, this))
        {
            (failures ??= []).Add(new(index, SettleFailureKind.Permanent, $"The message was not delivered by the memory queue '{Name}'."));
            return null;
        }

        if (entry.State != MemoryEntryState.InFlight)
        {
            (failures ??= []).Add(new(index, SettleFailureKind.LeaseLost, "The lease ran out, or the message was settled before."));
            return null;
        }

        return entry;
    }

    /// <summary>Puts a message in line: a new one behind those of its group, one that has come back in the turn it kept.</summary>
    private void Enqueue(MemoryEntry entry)
    {
        entry.State = MemoryEntryState.Queued;
        if (entry.Group is not null && entry.Lane is null)
        {
            entry.Lane = LaneOf(entry.Group);
            if (entry.Lane.Holder is not null)
            {
                entry.Lane.Waiting.AddLast(entry);
                return;
            }

            entry.Lane.Holder = entry;
        }

        _ready.AddLast(entry);
    }

    private void HoldBack(MemoryEntry entry, long due)
    {
        entry.State = MemoryEntryState.Delayed;
        entry.Due = due;
        _delayed.Enqueue(entry, (due, entry.Sequence));
    }

    /// <summary>Gives a message in flight back to the queue, with its turn in its group.</summary>
    private void Return(MemoryEntry entry, long delay, bool uncounted, long now)
    {
        _leases.Remove(entry);
        entry.State = MemoryEntryState.Gone;
        var again = entry.Again(uncounted);
        if (entry.Lane is { } lane)
        {
            lane.Holder = again;
        }

        if (delay > 0)
        {
            HoldBack(again, now + delay);
        }
        else
        {
            Enqueue(again);
        }
    }

    private void Forget(MemoryEntry entry)
    {
        entry.State = MemoryEntryState.Gone;
        _total--;
        if (entry.Lane is not { } lane)
        {
            return;
        }

        lane.Holder = null;
        if (lane.Waiting.First is { } next)
        {
            lane.Waiting.Remove(next);
            lane.Holder = next;
            _ready.AddLast(next);
        }
        else
        {
            _lanes.Remove(lane.Group);
        }
    }

    /// <summary>Puts back in line what has fallen due: delayed messages, and those whose lease ran out.</summary>
    private void Sweep(long now)
    {
        while (_delayed.TryPeek(out var entry, out var due) && due.Due <= now)
        {
            _delayed.Dequeue();
            Enqueue(entry);
        }

        while (_leases.FirstDue() is { } expired && expired.Due <= now)
        {
            Return(expired, 0, uncounted: false, now);
        }
    }

    /// <summary>Called after every change: wakes a waiting receive where something is ready, else sees to it that one is woken in time.</summary>
    private void Notify(long now)
    {
        if (_waiters.Count > 0)
        {
            WakeOne();
            SetTimer(now);
        }
    }

    private void WakeOne()
    {
        // One is enough: the one who takes wakes the next where something is left.
        if (_ready.Count > 0 && _waiters.First is { } first)
        {
            _waiters.RemoveFirst();
            first.Value.Wake();
        }
    }

    private void SetTimer(long now)
    {
        if (_waiters.Count == 0)
        {
            return;
        }

        var due = _delayed.TryPeek(out _, out var delayed) ? delayed.Due : long.MaxValue;
        if (_leases.FirstDue() is { } leased && leased.Due < due)
        {
            due = leased.Due;
        }

        // One timer for the whole queue, and only while somebody waits; a timer set too early is left as it is.
        if (due >= _timerDue)
        {
            return;
        }

        _timerDue = due;
        var ticks = Math.Clamp(due - now, 0, LongestTimer);
        var wait = TimeSpan.FromMilliseconds((ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond);
        if (_timer is null)
        {
            _timer = Time.CreateTimer(static s => ((MemoryQueue)s!).OnTimer(), this, wait, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            _timerDue = long.MaxValue;
            var now = Now;
            Sweep(now);
            Notify(now);
        }
    }
}
