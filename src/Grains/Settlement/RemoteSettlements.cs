using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>The deliveries that run here while another silo holds their leases, and the way of their settlements back to it, in
/// batches. A settlement that cannot be brought is tried again while the holder lives; when it is dead, nothing is left to settle.</summary>
internal sealed class RemoteSettlements(IServiceProvider services, SiloLink silos, EventideClock clock, ILogger<RemoteSettlements> logger)
{
    private const int MaxBatch = 256;
    private const int MaxTries = 8;

    private readonly ConcurrentDictionary<(SiloAddress Holder, long Key), RemoteDelivery> _running = new();
    private readonly ConcurrentDictionary<SiloAddress, BatchFlusher<RemoteSettlement>> _flushers = new();

    /// <summary>Deliveries that run here while another silo holds their leases.</summary>
    public int Running => _running.Count;

    /// <summary>Settlements not yet brought.</summary>
    public int Unfinished => _flushers.Values.Sum(f => f.Unfinished);

    // Grain services need the silo up: not to be asked for before the first use.
    private SettlementClient Client => field ??= services.GetRequiredService<SettlementClient>();

    /// <summary>Tells a holder that its deliveries are here.</summary>
    /// <returns>One by one, whether they may be run.</returns>
    public Task<bool[]> TakeAsync(SiloAddress holder, long[] keys) => Client.Of(holder).TakeAsync(keys, silos.Here);

    public void Add(RemoteDelivery delivery) => _running[(delivery.Holder, delivery.Key)] = delivery;

    public void Send(RemoteDelivery delivery, RemoteSettlement settlement)
    {
        _running.TryRemove((delivery.Holder, delivery.Key), out _);
        var flusher = _flushers.GetOrAdd(delivery.Holder, static (holder, self) => new(MaxBatch, 4, batch => self.FlushAsync(holder, batch)), this);
        flusher.Add(settlement);
        flusher.Kick();
    }

    public void OnLeasesLost(SiloAddress holder, long[] keys)
    {
        foreach (var key in keys)
        {
            if (_running.TryGetValue((holder, key), out var delivery))
            {
                delivery.LeaseLost = true;
                delivery.Attempt?.Cancel(delivery, CancelReason.LeaseLost);
            }
        }
    }

    /// <summary>At the end of the drain time: gives back what still runs here.</summary>
    public void GiveBackRest()
    {
        foreach (var delivery in _running.Values)
        {
            if (delivery.TryWithdraw() || delivery.TryEnd())
            {
                delivery.Release(TimeSpan.Zero, uncounted: true);
            }
        }
    }

    public Task DrainAsync() => Task.WhenAll(_flushers.Values.Select(f => f.DrainAsync()));

    private async Task FlushAsync(SiloAddress holder, List<RemoteSettlement> batch)
    {
        for (var tries = 1; ; tries++)
        {
            if (silos.IsDead(holder))
            {
                logger.HolderDead(holder, batch.Count);
                _flushers.TryRemove(holder, out _);
                return;
            }

            try
            {
                await Client.Of(holder).SettleAsync([.. batch]);
                return;
            }
            catch (Exception e)
            {
                if (tries == MaxTries)
                {
                    logger.SettlementLost(holder, batch.Count, e);
                    return;
                }

                await Task.Delay(Backoff.OfSettlements.After(tries), clock.Time);
            }
        }
    }
}
