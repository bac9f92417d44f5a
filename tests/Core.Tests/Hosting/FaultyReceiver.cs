namespace Eventide.Core.Tests.Hosting;

/// <summary>A receiver that fails where the test wants it to.</summary>
internal sealed class FaultyReceiver(IQueueReceiver inner) : IQueueReceiver
{
    public Func<IReadOnlyList<LeasedMessage>, SettleReport?>? OnAcknowledge { get; set; }

    public Func<IReadOnlyList<LeasedMessage>, SettleReport?>? OnExtend { get; set; }

    public Action<ReceiveRequest>? OnReceive { get; set; }

    public QueueLimits? OtherLimits { get; set; }

    public string Name => inner.Name;

    public QueueLimits Limits => OtherLimits ?? inner.Limits;

    public ValueTask<ReceivedBatch> ReceiveAsync(ReceiveRequest request, CancellationToken cancellationToken)
    {
        OnReceive?.Invoke(request);
        return inner.ReceiveAsync(request, cancellationToken);
    }

    public ValueTask<SettleReport> AcknowledgeAsync(IReadOnlyList<LeasedMessage> messages, CancellationToken cancellationToken) =>
        OnAcknowledge?.Invoke(messages) is { } report ? new(report) : inner.AcknowledgeAsync(messages, cancellationToken);

    public ValueTask<SettleReport> ReleaseAsync(IReadOnlyList<Release> releases, CancellationToken cancellationToken) =>
        inner.ReleaseAsync(releases, cancellationToken);

    public ValueTask<SettleReport> ExtendAsync(IReadOnlyList<LeasedMessage> messages, TimeSpan lease, CancellationToken cancellationToken) =>
        OnExtend?.Invoke(messages) is { } report ? new(report) : inner.ExtendAsync(messages, lease, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
