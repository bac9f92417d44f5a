using System.Collections.Concurrent;
using Eventide.Queues;

namespace Eventide.Orleans.Tests;

/// <summary>Messages whose present lease the queue is to take away: its next renewal is refused, so that it runs out.</summary>
internal sealed class FaultyLeases
{
    private readonly ConcurrentDictionary<(string Id, int Attempt), bool> _lost = new();
    private int _renewals;

    /// <summary>How many leases have been renewed.</summary>
    public int Renewals => Volatile.Read(ref _renewals);

    public void Lose(Message message) => _lost[(message.Id, message.Attempt)] = true;

    public async ValueTask<SettleReport> ExtendAsync(IQueueReceiver inner, IReadOnlyList<LeasedMessage> messages, TimeSpan lease, CancellationToken cancellationToken)
    {
        Interlocked.Add(ref _renewals, messages.Count);
        if (_lost.IsEmpty || !messages.Any(IsLost))
        {
            return await inner.ExtendAsync(messages, lease, cancellationToken);
        }

        var kept = messages.Select((m, i) => (Message: m, Index: i)).Where(m => !IsLost(m.Message)).ToList();
        var report = kept.Count == 0 ? SettleReport.AllDone : await inner.ExtendAsync([.. kept.Select(k => k.Message)], lease, cancellationToken);
        return new SettleReport(
        [
            .. report.Failures.Select(f => f with { Index = kept[f.Index].Index }),
            .. messages.Select((m, i) => (Message: m, Index: i)).Where(m => IsLost(m.Message))
                .Select(m => new SettleFailure(m.Index, SettleFailureKind.LeaseLost, "the test took it away")),
        ]);
    }

    private bool IsLost(LeasedMessage leased) => _lost.ContainsKey((leased.Message.Id, leased.Message.Attempt));
}
