using Microsoft.Extensions.Logging;

namespace Eventide;

/// <summary>Carries out settlements: acknowledgements, releases and dead letters, each in batches and tried again while that can
/// help. Decides nothing.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A source without a timer holds nothing, and settlements given up late still look at it.")]
internal sealed class Settler
{
    private const int MaxTries = 8;
    private const int Parallelism = 8;


    private readonly IQueueReceiver _receiver;
    private readonly IQueueSender? _deadLetters;
    private readonly LeaseKeeper? _keeper;
    private readonly WorkerCounters _counters;
    private readonly HookRunner _hooks;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<List<Delivery>>? _acknowledged;
    private readonly BatchFlusher<Delivery> _acknowledgements;
    private readonly BatchFlusher<(Delivery Delivery, TimeSpan Delay, bool Uncounted)> _releases;
    private readonly BatchFlusher<DeadLetter> _sends;
    private readonly MessageMemory<bool> _done;
    private readonly MessageMemory<DateTimeOffset> _firstFailures;
    private readonly CancellationTokenSource _giveUp = new();

    public Settler(
        IQueueReceiver receiver,
        IQueueSender? deadLetters,
        LeaseKeeper? keeper,
        WorkerCounters counters,
        HookRunner hooks,
        TimeProvider time,
        ILogger logger,
        Action settled,
        SettlementMemory? memory = null,
        Action<List<Delivery>>? acknowledged = null)
    {
        memory ??= new SettlementMemory();
        _done = memory.Done;
        _firstFailures = memory.FirstFailures;
        _receiver = receiver;
        _deadLetters = deadLetters;
        _keeper = keeper;
        _counters = counters;
        _hooks = hooks;
        _time = time;
        _logger = logger;
        _acknowledged = acknowledged;
        _acknowledgements = new(receiver.Limits.MaxSettleBatch, Parallelism, AcknowledgeBatchAsync, settled);
        _releases = new(receiver.Limits.MaxSettleBatch, Parallelism, ReleaseBatchAsync, settled);
        _sends = new(deadLetters?.Limits.MaxSendBatch ?? 1, Parallelism, SendBatchAsync, settled);
    }

    /// <summary>Settlements decided and not yet confirmed.</summary>
    public int Unfinished => _acknowledgements.Unfinished + _releases.Unfinished + _sends.Unfinished;

    public bool HasDeadLetterQueue => _deadLetters is not null;

    public void Acknowledge(Delivery delivery) => _acknowledgements.Add(delivery);

    public void Acknowledge(List<Delivery> deliveries) => _acknowledgements.AddRange(deliveries);

    public void Release(Delivery delivery, TimeSpan delay, bool uncounted)
    {
        var max = _receiver.Limits.MaxReleaseDelay;
        _releases.Add((delivery, delay < max ? delay : max, uncounted));
    }

    /// <summary>Sends a dead letter; <paramref name="sent"/> is told whether it is confirmed, and sees to the rest (where it is not,
    /// the message comes back after <paramref name="elseIn"/>).</summary>
    public void SendDeadLetter(Delivery delivery, HandlerFailure failure, TimeSpan elseIn, Action<bool> sent) => _sends.Add(new DeadLetter(delivery, failure, elseIn, sent));

    /// <summary>Whether this process has already done the work of a message that comes again.</summary>
    public bool IsDone(Message message) => !_done.IsEmpty && _done.TryGet(message.Id, out _);

    public void Kick()
    {
        _acknowledgements.Kick();
        _releases.Kick();
        _sends.Kick();
    }

    /// <summary>Waits until all is confirmed or given up.</summary>
    public async Task DrainAsync(TimeSpan patience)
    {
        var drained = DrainAllAsync();
        using var late = new CancellationTokenSource(patience, _time);
        try
        {
            await drained.WaitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            _logger.SettlementsLeft(_receiver.Name, Unfinished);
            await _giveUp.CancelAsync();
        }
    }

    private async Task DrainAllAsync()
    {
        // A dead letter sent ends in an acknowledgement, one not sent in a release.
        while (Unfinished > 0)
        {
            await _sends.DrainAsync();
            await Task.WhenAll(_acknowledgements.DrainAsync(), _releases.DrainAsync());
        }
    }

    private async Task AcknowledgeBatchAsync(List<Delivery> batch)
    {
        await SettleAsync(
            "acknowledging",
            batch,
            (receiver, messages, token) => receiver.AcknowledgeAsync(messages.ConvertAll(d => d.Leased), token),
            (delivery, failure, tries) =>
            {
                // The work is done, whatever the queue thinks: should the message come back here, it is not run again.
                _done.Remember(delivery.Message.Id, true);
                if (failure.Kind == SettleFailureKind.Transient)
                {
                    return;
                }

                if (failure.Kind == SettleFailureKind.LeaseLost && (tries > 1 || delivery.IsSuperseded))
                {
                    // Most likely an earlier try did it, and only its answer was lost with the connection; or a later delivery does it.
                    _logger.AcknowledgedBefore(delivery.Message);
                    return;
                }

                _counters.AcknowledgeFailed();
                _logger.AcknowledgeFailed(delivery.Message, failure.Reason);
            });

        // Asked first, since the text of an id is often made only when it is read.
        if (!_firstFailures.IsEmpty)
        {
            foreach (var delivery in batch)
            {
                _firstFailures.Forget(delivery.Message.Id);
            }
        }

        _acknowledged?.Invoke(batch);
    }

    private async Task ReleaseBatchAsync(List<(Delivery Delivery, TimeSpan Delay, bool Uncounted)> batch)
    {
        await SettleAsync(
            "releasing",
            batch.ConvertAll(r => r.Delivery),
            (receiver, messages, token) =>
            {
                var wanted = batch.Count == messages.Count ? batch : batch.FindAll(r => messages.Contains(r.Delivery));
                return receiver.ReleaseAsync(wanted.ConvertAll(r => new Release(r.Delivery.Leased, r.Delay, r.Uncounted)), token);
            },
            (delivery, failure, tries) =>
            {
                if (failure.Kind != SettleFailureKind.Transient && !(failure.Kind == SettleFailureKind.LeaseLost && tries > 1))
                {
                    _logger.ReleaseFailed(delivery.Message, failure.Reason);
                }
            });
    }

    /// <summary>Settles a batch, and what failed of it again, until nothing is left or it cannot help. The leases are renewed meanwhile.</summary>
    private async Task SettleAsync(
        string what,
        List<Delivery> batch,
        Func<IQueueReceiver, List<Delivery>, CancellationToken, ValueTask<SettleReport>> settle,
        Action<Delivery, SettleFailure, int> failed)
    {
        var left = batch;
        for (var tries = 1; ; tries++)
        {
            var again = new List<Delivery>();
            var reason = "";
            try
            {
                var report = await settle(_receiver, left, _giveUp.Token);
                foreach (var failure in report.Failures)
                {
                    var delivery = left[failure.Index];
                    failed(delivery, failure, tries);
                    if (failure.Kind == SettleFailureKind.Transient)
                    {
                        again.Add(delivery);
                        reason = failure.Reason;
                    }
                }
            }
            catch (Exception e)
            {
                // A provider may throw anything; what is known is only that nothing is known to be settled.
                reason = e.Message;
                var isFinal = e is QueueException { IsTransient: false };
                foreach (var delivery in left)
                {
                    failed(delivery, new SettleFailure(0, isFinal ? SettleFailureKind.Permanent : SettleFailureKind.Transient, reason), tries);
                }

                if (!isFinal)
                {
                    again = left;
                }
            }

            if (_keeper is not null && again.Count < left.Count)
            {
                var kept = again.ToHashSet();
                foreach (var delivery in left)
                {
                    if (!kept.Contains(delivery))
                    {
                        _keeper.Drop(delivery);
                    }
                }
            }

            if (again.Count == 0)
            {
                return;
            }

            if (tries == MaxTries || !await PauseAsync(what, tries, reason))
            {
                foreach (var delivery in again)
                {
                    failed(delivery, new SettleFailure(0, SettleFailureKind.Permanent, $"{reason} (tried {tries} times)"), tries);
                    _keeper?.Drop(delivery);
                }

                return;
            }

            left = again;
        }
    }

    private async Task SendBatchAsync(List<DeadLetter> batch)
    {
        var start = 0;
        foreach (var part in QueueSenderExtensions.Batches(_deadLetters!.Limits, batch.Select(d => d.Message(_firstFailures, _time))))
        {
            await SendPartAsync(batch.GetRange(start, part.Count), [.. part]);
            start += part.Count;
        }
    }

    private async Task SendPartAsync(List<DeadLetter> letters, List<OutgoingMessage> messages)
    {
        for (var tries = 1; letters.Count > 0; tries++)
        {
            var again = new List<int>();
            var reason = "";
            try
            {
                var results = await _deadLetters!.SendAsync(messages, _giveUp.Token);
                for (var i = 0; i < letters.Count; i++)
                {
                    if (results[i].IsSent)
                    {
                        await ConfirmAsync(letters[i]);
                    }
                    else if (results[i].IsTransient && tries < MaxTries)
                    {
                        again.Add(i);
                        reason = results[i].Error!;
                    }
                    else
                    {
                        Fail(letters[i], results[i].Error!);
                    }
                }
            }
            catch (Exception e)
            {
                reason = e.Message;
                if (tries == MaxTries || e is QueueException { IsTransient: false })
                {
                    letters.ForEach(l => Fail(l, reason));
                    return;
                }

                again.AddRange(Enumerable.Range(0, letters.Count));
            }

            letters = again.ConvertAll(i => letters[i]);
            messages = again.ConvertAll(i => messages[i]);
            if (letters.Count > 0 && !await PauseAsync("dead-lettering", tries, reason))
            {
                letters.ForEach(l => Fail(l, reason));
                return;
            }
        }
    }

    private async Task ConfirmAsync(DeadLetter letter)
    {
        _counters.DeadLettered(letter.Failure);
        _logger.DeadLettered(letter.Delivery.Message, letter.Failure.Handler ?? "no handler", letter.Failure.Kind, letter.Failure.Reason, letter.Failure.Exception);
        await _hooks.DeadLetteredAsync(letter.Delivery.Message, letter.Failure);
        letter.Sent(true);
    }

    private void Fail(DeadLetter letter, string reason)
    {
        _counters.DeadLetterFailed();
        _logger.DeadLetterFailed(letter.Delivery.Message, letter.ElseIn, reason);
        letter.Sent(false);
    }

    private async Task<bool> PauseAsync(string what, int tries, string reason)
    {
        var pause = Backoff.OfSettlements.After(tries);
        _logger.SettleRetry(_receiver.Name, what, pause, reason);
        try
        {
            await Task.Delay(pause, _time, _giveUp.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private sealed record DeadLetter(Delivery Delivery, HandlerFailure Failure, TimeSpan ElseIn, Action<bool> Sent)
    {
        public OutgoingMessage Message(MessageMemory<DateTimeOffset> firstFailures, TimeProvider time)
        {
            var now = time.GetUtcNow();
            var message = Delivery.Message;
            return DeadLetterEnvelope.Wrap(message, Failure, firstFailures.TryGet(message.Id, out var first) ? first : now, now);
        }
    }
}
