using Microsoft.Extensions.Logging;

namespace Eventide;

/// <summary>Renews the leases of all messages that are here, waiting or running, off the handlers' threads and in batches; tells
/// when one is lost. A lease is renewed when half of it is over, never past the provider's maximum.</summary>
internal sealed class LeaseKeeper : IAsyncDisposable
{
    // Sixths: a renewal that is due at one half and fails has two more chances before the lease ends.
    private const int TicksPerLease = 6;

    private readonly IQueueReceiver _receiver;
    private readonly TimeProvider _time;
    private readonly TimeSpan _lease;
    private readonly long _leaseTicks;
    private readonly long? _maxTicks;
    private readonly Action<Delivery> _lost;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly List<Delivery> _kept = [];
    private readonly ITimer _timer;
    private readonly CancellationTokenSource _stop = new();
    private Task _renewal = Task.CompletedTask;

    public LeaseKeeper(IQueueReceiver receiver, TimeSpan lease, TimeProvider time, Action<Delivery> lost, ILogger logger)
    {
        _receiver = receiver;
        _time = time;
        _lease = lease;
        _lost = lost;
        _logger = logger;
        _leaseTicks = ToTimestamp(lease);
        _maxTicks = receiver.Limits.MaxLease is { } max ? ToTimestamp(max) : null;
        var period = lease / TicksPerLease;
        _timer = time.CreateTimer(static keeper => ((LeaseKeeper)keeper!).Tick(), this, period, period);
    }

    public void Keep(IReadOnlyList<Delivery> deliveries)
    {
        var now = _time.GetTimestamp();
        lock (_lock)
        {
            foreach (var delivery in deliveries)
            {
                delivery.ReceivedAt = now;
                delivery.LeaseUntil = now + _leaseTicks;
                delivery.KeeperIndex = _kept.Count;
                _kept.Add(delivery);
            }
        }
    }

    /// <summary>Keeps a delivery on that was dropped, as long as its lease may still hold.</summary>
    public void Keep(Delivery delivery)
    {
        lock (_lock)
        {
            if (delivery.KeeperIndex < 0 && !delivery.LeaseLost)
            {
                delivery.KeeperIndex = _kept.Count;
                _kept.Add(delivery);
            }
        }
    }

    public void Drop(Delivery delivery)
    {
        lock (_lock)
        {
            Remove(delivery);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        await _stop.CancelAsync();
        await _renewal;
        _stop.Dispose();
    }

    private void Tick()
    {
        List<Delivery>? due = null;
        List<Delivery>? lost = null;
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            for (var i = _kept.Count - 1; i >= 0; i--)
            {
                var delivery = _kept[i];
                if (delivery.LeaseUntil <= now)
                {
                    Remove(delivery);
                    (lost ??= []).Add(delivery);
                }
                else if (delivery.LeaseUntil - now <= _leaseTicks / 2 && _receiver.Limits.CanExtend && Extendable(delivery, now) > delivery.LeaseUntil - now)
                {
                    (due ??= []).Add(delivery);
                }
            }

            // One renewal at a time: what it does not reach is due again at the next tick.
            if (due is not null && _renewal.IsCompleted)
            {
                _renewal = Task.Run(() => RenewAsync(due));
            }
        }

        lost?.ForEach(_lost);
    }

    // How much longer, from now, the provider lets us have it.
    private long Extendable(Delivery delivery, long now) =>
        Math.Min(_leaseTicks, _maxTicks is { } max ? delivery.ReceivedAt + max - now : long.MaxValue);

    private async Task RenewAsync(List<Delivery> due)
    {
        // Those near the provider's maximum get what is left of it, the others a whole lease.
        var now = _time.GetTimestamp();
        foreach (var sameLease in due.GroupBy(d => Extendable(d, now)))
        {
            if (sameLease.Key > 0)
            {
                var lease = sameLease.Key == _leaseTicks ? _lease : TimeSpan.FromTicks(sameLease.Key * TimeSpan.TicksPerSecond / _time.TimestampFrequency);
                await Task.WhenAll(sameLease.Chunk(_receiver.Limits.MaxSettleBatch).Select(batch => RenewBatchAsync(batch, lease)));
            }
        }
    }

    private async Task RenewBatchAsync(Delivery[] batch, TimeSpan lease)
    {
        var now = _time.GetTimestamp();
        SettleReport report;
        try
        {
            report = await _receiver.ExtendAsync(Array.ConvertAll(batch, d => d.Leased), lease, _stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            return;
        }
        catch (Exception e)
        {
            _logger.RenewFailed(_receiver.Name, batch.Length, e.Message);
            return;
        }

        List<Delivery>? lost = null;
        lock (_lock)
        {
            var failed = report.Failures.ToDictionary(f => f.Index);
            for (var i = 0; i < batch.Length; i++)
            {
                if (batch[i].KeeperIndex < 0)
                {
                    continue;
                }

                if (!failed.TryGetValue(i, out var failure))
                {
                    batch[i].LeaseUntil = now + ToTimestamp(lease);
                }
                else if (failure.Kind == SettleFailureKind.LeaseLost)
                {
                    Remove(batch[i]);
                    (lost ??= []).Add(batch[i]);
                }
            }
        }

        if (report.Failures.Any(f => f.Kind != SettleFailureKind.LeaseLost))
        {
            _logger.RenewFailed(_receiver.Name, report.Failures.Count, report.Failures[0].Reason);
        }

        lost?.ForEach(_lost);
    }

    private void Remove(Delivery delivery)
    {
        if (delivery.KeeperIndex < 0)
        {
            return;
        }

        var last = _kept[^1];
        _kept[delivery.KeeperIndex] = last;
        last.KeeperIndex = delivery.KeeperIndex;
        _kept.RemoveAt(_kept.Count - 1);
        delivery.KeeperIndex = -1;
    }

    private long ToTimestamp(TimeSpan span) => (long)(span.TotalSeconds * _time.TimestampFrequency);
}
