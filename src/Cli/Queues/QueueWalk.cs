namespace Eventide.Cli;

/// <summary>Goes once over what is in a queue now, through the receiver alone, as every kind of queue has one. Chosen messages are dealt
/// with and then removed; all others are kept from coming round again until the walk is over, and then given back.</summary>
internal sealed class QueueWalk(IQueueReceiver receiver, MessageFilter filter, Pace pace, TimeProvider time)
{
    /// <summary>Long enough for a pause in the network, short enough that what a killed command held comes back soon.</summary>
    private static readonly TimeSpan WantedLease = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);

    private readonly List<LeasedMessage> _held = [];
    private long _renewedAt = time.GetTimestamp();

    /// <summary>Deals with messages, and says of each whether it can be removed from the queue.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public delegate Task<IReadOnlyList<bool>> DealAsync(IReadOnlyList<Message> messages, CancellationToken cancellationToken);

    /// <summary>Told of a message that was dealt with and could not be removed.</summary>
    public Action<Message, string>? OnNotRemoved { get; init; }

    /// <summary>Told of a message that could not be given back at once: it comes back when its lease ends.</summary>
    public Action<Message, string>? OnNotReleased { get; init; }

    private TimeSpan Lease
    {
        get
        {
            var lease = receiver.Limits.MaxLease is { } max && max < WantedLease ? max : WantedLease;
            return lease < receiver.Limits.MinLease ? receiver.Limits.MinLease : lease;
        }
    }

    /// <summary>Walks.</summary>
    /// <param name="atStart">How many messages there are, where it is known: no more are received, so that what arrives meanwhile (what this walk
    /// itself sends, perhaps) does not keep it going for ever.</param>
    /// <param name="limit">The most messages to choose.</param>
    /// <param name="deal">Deals with chosen messages.</param>
    /// <param name="cancellationToken">Stops after the batch under way.</param>
    public async Task<WalkReport> RunAsync(long? atStart, int? limit, DealAsync deal, CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var report = default(WalkReport);
        var empty = 0;
        try
        {
            while (empty < 2 && (atStart is null || report.Seen < atStart) && (limit is null || report.Chosen < limit))
            {
                var batch = await ReceiveAsync(atStart - report.Seen, limit - report.Chosen, cancellationToken);
                if (batch.Messages.Count == 0 && batch.IsLast)
                {
                    break;
                }

                empty = batch.Messages.Count == 0 ? empty + 1 : 0;
                var chosen = new List<LeasedMessage>();
                var again = false;
                foreach (var leased in batch.Messages)
                {
                    var isNew = seen.Add(leased.Message.Id);
                    again |= !isNew;
                    (isNew && (limit is null || report.Chosen + chosen.Count < limit) && filter.Matches(leased.Message) ? chosen : _held).Add(leased);
                }

                report = report with { Seen = report.Seen + batch.Messages.Count, Chosen = report.Chosen + chosen.Count };
                if (chosen.Count > 0)
                {
                    // What is begun is brought to its end: a message that was sent on must be removed here.
                    var done = await DealWithAsync(chosen, deal);
                    report = report with { Done = report.Done + done, Failed = report.Failed + chosen.Count - done };
                }

                if (again)
                {
                    // The queue has come round.
                    break;
                }

                await RenewAsync(cancellationToken);
                await pace.WaitAsync(chosen.Count, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped between two batches; the report tells how far it went.
        }
        finally
        {
            await ReleaseAsync();
        }

        return report;
    }

    private async Task<ReceivedBatch> ReceiveAsync(long? left, long? wanted, CancellationToken cancellationToken)
    {
        var most = Math.Min(pace.Most(receiver.Limits.MaxReceiveBatch), Math.Min(left ?? int.MaxValue, filter.IsOpen ? wanted ?? int.MaxValue : int.MaxValue));
        var wait = receiver.Limits.MaxWait < Wait ? receiver.Limits.MaxWait : Wait;
        return await receiver.ReceiveAsync(new ReceiveRequest((int)Math.Max(1, most), wait, Lease), cancellationToken);
    }

    private async Task<int> DealWithAsync(List<LeasedMessage> chosen, DealAsync deal)
    {
        IReadOnlyList<bool> verdicts;
        try
        {
            verdicts = await deal(chosen.ConvertAll(m => m.Message), CancellationToken.None);
        }
        catch
        {
            // Given back with the others: rather twice than never.
            _held.AddRange(chosen);
            throw;
        }

        var done = chosen.Where((_, i) => verdicts[i]).ToList();
        _held.AddRange(chosen.Where((_, i) => !verdicts[i]));

        var removed = 0;
        foreach (var part in done.Chunk(receiver.Limits.MaxSettleBatch))
        {
            removed += part.Length - await RemoveAsync(part);
        }

        return removed;
    }

    /// <returns>How many could not be removed.</returns>
    private async Task<int> RemoveAsync(LeasedMessage[] messages)
    {
        const int MaxTries = 4;
        var notRemoved = 0;
        for (var attempt = 1; messages.Length > 0; attempt++)
        {
            var again = new List<LeasedMessage>();
            foreach (var (message, kind, reason) in await TryRemoveAsync(messages))
            {
                if (kind == SettleFailureKind.Transient && attempt < MaxTries)
                {
                    again.Add(message);
                }
                else
                {
                    notRemoved++;
                    OnNotRemoved?.Invoke(message.Message, OneLine.Of(reason));
                }
            }

            messages = [.. again];
            if (messages.Length > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200 * Math.Pow(2, attempt - 1)), time);
            }
        }

        return notRemoved;
    }

    private async Task<IEnumerable<(LeasedMessage Message, SettleFailureKind Kind, string Reason)>> TryRemoveAsync(LeasedMessage[] messages)
    {
        try
        {
            var report = await receiver.AcknowledgeAsync(messages, CancellationToken.None);
            return report.Failures.Select(f => (messages[f.Index], f.Kind, f.Reason));
        }
        catch (QueueException e)
        {
            return messages.Select(m => (m, e.IsTransient ? SettleFailureKind.Transient : SettleFailureKind.Permanent, e.Message));
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        if (_held.Count == 0 || receiver.Limits.MaxLease is null || !receiver.Limits.CanExtend || time.GetElapsedTime(_renewedAt) < Lease / 3)
        {
            return;
        }

        foreach (var part in _held.Chunk(receiver.Limits.MaxSettleBatch))
        {
            // One that could not be renewed comes round sooner, which the walk notices.
            await receiver.ExtendAsync(part, Lease, cancellationToken);
        }

        _renewedAt = time.GetTimestamp();
    }

    private async Task ReleaseAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), time);
        foreach (var part in _held.Chunk(receiver.Limits.MaxSettleBatch))
        {
            try
            {
                await receiver.ReleaseAsync([.. part.Select(m => new Release(m, TimeSpan.Zero, Uncounted: true))], patience.Token);
            }
            catch (Exception e) when (e is QueueException or OperationCanceledException)
            {
                foreach (var message in part)
                {
                    OnNotReleased?.Invoke(message.Message, OneLine.Of(e.Message));
                }
            }
        }

        _held.Clear();
    }
}
