namespace Eventide.Queues.Sqs.Receiving;

/// <summary>The receiving half of an SQS queue.</summary>
internal sealed class SqsReceiver : IQueueReceiver
{
    private const int MostSeconds = 43_200;

    private readonly SqsQueue _queue;
    private readonly SqsPolls _polls;
    private readonly Func<SqsAddress, CancellationToken, ValueTask<IQueueSender>> _openSender;

    /// <param name="queue">The queue, the receiver's to dispose.</param>
    /// <param name="openSender">Opens the dead-letter queue.</param>
    public SqsReceiver(SqsQueue queue, Func<SqsAddress, CancellationToken, ValueTask<IQueueSender>> openSender)
    {
        _queue = queue;
        _polls = new SqsPolls(queue);
        _openSender = openSender;
        Limits = queue.Limits;
    }

    public string Name => _queue.Name;

    public QueueLimits Limits { get; }

    public async ValueTask<ReceivedBatch> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(request.MaxMessages, 1, nameof(request));
        ArgumentOutOfRangeException.ThrowIfLessThan(request.Wait, TimeSpan.Zero, nameof(request));
        var lease = Math.Clamp((int)Math.Ceiling(request.Lease.TotalSeconds), 1, MostSeconds);
        var wait = request.Wait > Limits.MaxWait ? Limits.MaxWait : request.Wait;
        var max = Math.Min(request.MaxMessages, Limits.MaxReceiveBatch);
        return new ReceivedBatch(await _polls.ReceiveAsync(max, wait, lease, cancellationToken));
    }

    public async ValueTask<SettleReport> AcknowledgeAsync(IReadOnlyList<LeasedMessage> messages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (messages.Count == 0)
        {
            return SettleReport.AllDone;
        }

        return Report(await _queue.DeleteAsync(Handles(messages), cancellationToken));
    }

    public async ValueTask<SettleReport> ReleaseAsync(IReadOnlyList<Release> releases, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(releases);
        if (releases.Count == 0)
        {
            return SettleReport.AllDone;
        }

        var handles = new string[releases.Count];
        var seconds = new int[releases.Count];
        for (var i = 0; i < releases.Count; i++)
        {
            var message = Native(releases[i].Leased);
            handles[i] = message.ReceiptHandle;
            seconds[i] = Seconds(releases[i].Delay, message);
        }

        return Report(await _queue.ChangeVisibilityAsync(handles, seconds, cancellationToken));
    }

    public async ValueTask<SettleReport> ExtendAsync(IReadOnlyList<LeasedMessage> messages, TimeSpan lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (messages.Count == 0)
        {
            return SettleReport.AllDone;
        }

        var seconds = new int[messages.Count];
        for (var i = 0; i < seconds.Length; i++)
        {
            seconds[i] = Math.Max(1, Seconds(lease, Native(messages[i])));
        }

        return Report(await _queue.ChangeVisibilityAsync(Handles(messages), seconds, cancellationToken));
    }

    public async ValueTask<IQueueSender?> OpenDeadLetterSenderAsync(CancellationToken cancellationToken) =>
        _queue.DeadLetterArn is { } arn ? await _openSender(_queue.Sibling(arn), cancellationToken) : null;

    public async ValueTask DisposeAsync()
    {
        await _polls.DisposeAsync();
        await _queue.DisposeAsync();
    }

    private static SettleReport Report(IReadOnlyList<SettleFailure> failures) =>
        failures.Count == 0 ? SettleReport.AllDone : new SettleReport(failures);

    private static SqsMessage Native(LeasedMessage leased) =>
        leased.Receipt as SqsMessage ?? throw new ArgumentException($"{leased.Message} was not delivered by an SQS receiver; settle it with the receiver that delivered it.", nameof(leased));

    private static string[] Handles(IReadOnlyList<LeasedMessage> messages)
    {
        var handles = new string[messages.Count];
        for (var i = 0; i < handles.Length; i++)
        {
            handles[i] = Native(messages[i]).ReceiptHandle;
        }

        return handles;
    }

    // SQS counts its 12 hours from the delivery on, and refuses what would go beyond.
    private int Seconds(TimeSpan time, SqsMessage message)
    {
        var left = MostSeconds - (int)Math.Ceiling((_queue.Time.GetUtcNow() - message.ReceivedAt).TotalSeconds) - 1;
        return (int)Math.Clamp(Math.Ceiling(time.TotalSeconds), 0, Math.Max(0, left));
    }
}
