namespace Eventide.Queues;

internal sealed class FileQueueReceiver : IQueueReceiver
{
    private readonly Stream _input;
    private readonly TimeProvider _time;
    private readonly LineBuffer _lines;

    // A file answers at once and is read where it is needed; a pipe or a terminal may keep a read waiting for ever.
    private readonly bool _mayBlock;
    private readonly Lock _lock = new();
    private readonly PriorityQueue<Message, (long Due, long Order)> _released = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private StreamPump? _pump;
    private long _releases;
    private long _outstanding;
    private bool _atEnd;
    private bool _disposed;

    public FileQueueReceiver(string name, Stream input, FileQueueOptions options, TimeProvider time)
    {
        Name = name;
        Limits = FileQueue.LimitsOf(options) with { KeepsReleased = input.CanSeek };
        _input = input;
        _time = time;
        _lines = new LineBuffer(options.MaxLineBytes);
        _mayBlock = !input.CanSeek;
    }

    public string Name { get; }

    public QueueLimits Limits { get; }

    private long Now => _time.GetElapsedTime(0).Ticks;

    public ValueTask<ReceivedBatch> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (request.MaxMessages < 1 || request.MaxMessages > Limits.MaxReceiveBatch)
        {
            throw new ArgumentOutOfRangeException(nameof(request), request.MaxMessages, $"One receive brings from 1 to {Limits.MaxReceiveBatch} messages.");
        }

        if (request.Wait < TimeSpan.Zero || request.Wait > Limits.MaxWait)
        {
            throw new ArgumentOutOfRangeException(nameof(request), request.Wait, $"One receive waits from zero to {Limits.MaxWait}.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        return TryReceive(request.MaxMessages) is { } batch ? new(batch) : new(WaitAsync(request, cancellationToken));
    }

    public ValueTask<SettleReport> AcknowledgeAsync(IReadOnlyList<LeasedMessage> messages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        BatchSize.Check(messages.Count, Limits.MaxSettleBatch, nameof(messages));
        cancellationToken.ThrowIfCancellationRequested();
        List<SettleFailure>? failures = null;
        var settled = 0;
        for (var i = 0; i < messages.Count; i++)
        {
            settled += IsOurs(messages[i], i, ref failures) ? 1 : 0;
        }

        lock (_lock)
        {
            Settle(settled);
        }

        return new(Report(failures));
    }

    public ValueTask<SettleReport> ReleaseAsync(IReadOnlyList<Release> releases, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(releases);
        BatchSize.Check(releases.Count, Limits.MaxSettleBatch, nameof(releases));
        cancellationToken.ThrowIfCancellationRequested();
        List<SettleFailure>? failures = null;
        lock (_lock)
        {
            var now = Now;
            for (var i = 0; i < releases.Count; i++)
            {
                var (leased, delay, uncounted) = releases[i];
                if (!IsOurs(leased, i, ref failures))
                {
                    continue;
                }

                if (delay < TimeSpan.Zero || delay > Limits.MaxReleaseDelay)
                {
                    (failures ??= []).Add(new(i, SettleFailureKind.Permanent, $"A delay of {delay} is out of range; expected from zero to {Limits.MaxReleaseDelay}."));
                    continue;
                }

                _released.Enqueue(Again(leased.Message, uncounted), (now + delay.Ticks, _releases++));
                Settle(1);
            }

            Signal();
        }

        return new(Report(failures));
    }

    public ValueTask<SettleReport> ExtendAsync(IReadOnlyList<LeasedMessage> messages, TimeSpan lease, CancellationToken cancellationToken) =>
        throw new NotSupportedException("A file has no leases to extend: its messages stay the receiver's until they are settled (QueueLimits.CanExtend is false).");

    public ValueTask DisposeAsync()
    {
        StreamPump? pump;
        lock (_lock)
        {
            _disposed = true;
            pump = _pump;
            Signal();
        }

        pump?.Stop();
        return pump is null ? _input.DisposeAsync() : ValueTask.CompletedTask;
    }

    private static SettleReport Report(List<SettleFailure>? failures) => failures is null ? SettleReport.AllDone : new SettleReport(failures);

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.IsEmpty || (line[0] <= (byte)' ' && !line.ContainsAnyExcept(" \t\r"u8));

    private ReceivedBatch? TryReceive(int max)
    {
        List<LeasedMessage>? messages = null;
        lock (_lock)
        {
            if (_released.Count > 0)
            {
                TakeReleased(max, Now, ref messages);
            }
        }

        if (!_atEnd)
        {
            ReadLines(max, ref messages);
        }

        lock (_lock)
        {
            var isLast = _atEnd && _released.Count == 0;
            if (messages is not null)
            {
                _outstanding += messages.Count;
                return new ReceivedBatch(messages, isLast);
            }

            return isLast && _outstanding <= 0 ? ReceivedBatch.Empty with { IsLast = true } : null;
        }
    }

    private async Task<ReceivedBatch> WaitAsync(ReceiveRequest request, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        while (true)
        {
            Task changed;
            var left = request.Wait - _time.GetElapsedTime(started);
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (_changed.Task.IsCompleted)
                {
                    _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                changed = _changed.Task;
                if (_released.TryPeek(out _, out var next) && next.Due - Now < left.Ticks)
                {
                    left = TimeSpan.FromMilliseconds(Math.Ceiling(TimeSpan.FromTicks(Math.Max(next.Due - Now, 0)).TotalMilliseconds));
                }
            }

            // Looked at again now that a change would be seen.
            if (TryReceive(request.MaxMessages) is { } batch)
            {
                return batch;
            }

            if (_time.GetElapsedTime(started) >= request.Wait)
            {
                lock (_lock)
                {
                    return new ReceivedBatch([], _atEnd && _released.Count == 0);
                }
            }

            // The outcome is read off by looking again: the end of the wait is no error.
            await changed.WaitAsync(left, _time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void TakeReleased(int max, long now, ref List<LeasedMessage>? messages)
    {
        while (_released.TryPeek(out var message, out var next) && next.Due <= now && (messages?.Count ?? 0) < max)
        {
            _released.Dequeue();
            (messages ??= []).Add(new LeasedMessage(message, this));
        }
    }

    private void ReadLines(int max, ref List<LeasedMessage>? messages)
    {
        while ((messages?.Count ?? 0) < max)
        {
            if (_lines.TryRead(out var line, out var truncatedFrom))
            {
                if (truncatedFrom > 0 || !IsBlank(line.Span))
                {
                    (messages ??= new List<LeasedMessage>(Math.Min(max, 512))).Add(new LeasedMessage(ToMessage(line, truncatedFrom), this));
                }
            }
            else if (_atEnd || !TryFill(messages is not null))
            {
                return;
            }
        }
    }

    /// <summary>Reads on.</summary>
    /// <returns>Whether it is worth looking for a line again; not where the read is still under way, or the stream has ended.</returns>
    private bool TryFill(bool mayReturnEarly)
    {
        int count;
        try
        {
            var space = _lines.GetSpace().Span;
            count = _mayBlock ? Pump().TryRead(space) : _input.Read(space);
            if (count < 0)
            {
                return false;
            }
        }
        catch (Exception e) when (FileErrors.IsOne(e))
        {
            if (mayReturnEarly)
            {
                // What was read before goes out first; the next receive meets the error again.
                return false;
            }

            throw FileErrors.Reading(Name, _lines.LineNumber, e);
        }

        _lines.Advance(count);
        _atEnd = count == 0 && !_lines.HasRest;
        return !_atEnd;
    }

    private StreamPump Pump()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _pump ??= new StreamPump(_input, () =>
            {
                lock (_lock)
                {
                    Signal();
                }
            });
        }
    }

    private Message ToMessage(ReadOnlyMemory<byte> line, long truncatedFrom)
    {
        if (truncatedFrom > 0)
        {
            return new Message(_lines.LineNumber, Name, line)
            {
                Attributes = new Dictionary<string, string>(StringComparer.Ordinal)
                {
                    [FileQueueOptions.TruncatedAttribute] = truncatedFrom.ToString(System.Globalization.CultureInfo.InvariantCulture),
                },
            };
        }

        return FileEnvelope.IsMarked(line.Span) && FileEnvelope.TryRead(line, out var content)
            ? new Message(_lines.LineNumber, Name, content.Body) { Attributes = content.Attributes, Group = content.Group }
            : new Message(_lines.LineNumber, Name, line);
    }

    private Message Again(Message message, bool uncounted)
    {
        // A copy of its own, so that one message that is retried for long does not keep a chunk of its neighbours alive.
        var body = message.Body;
        if (!System.Runtime.InteropServices.MemoryMarshal.TryGetArray(body, out var segment) || segment.Array!.Length != body.Length)
        {
            body = body.ToArray();
        }

        return new Message(message.Id, Name, body)
        {
            Attempt = uncounted ? message.Attempt : message.Attempt + 1,
            Attributes = message.Attributes,
            Group = message.Group,
        };
    }

    private bool IsOurs(in LeasedMessage leased, int index, ref List<SettleFailure>? failures)
    {
        if (ReferenceEquals(leased.Receipt, this))
        {
            return true;
        }

        (failures ??= []).Add(new(index, SettleFailureKind.Permanent, $"The message was not delivered by this receiver of '{Name}'."));
        return false;
    }

    private void Settle(int count)
    {
        _outstanding -= count;
        if (_outstanding <= 0)
        {
            Signal();
        }
    }

    private void Signal() => _changed.TrySetResult();
}
