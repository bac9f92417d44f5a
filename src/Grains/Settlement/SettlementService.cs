using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <inheritdoc cref="ISettlementService"/>
[Reentrant]
internal sealed class SettlementService(GrainId id, Silo silo, ILoggerFactory loggers, SiloQueues queues, RemoteSettlements remote)
    : GrainService(id, silo, loggers), ISettlementService
{
    public Task<bool[]> TakeAsync(long[] keys, SiloAddress taker) => Task.FromResult(Array.ConvertAll(keys, key => queues.TryTake(key, taker)));

    public Task SettleAsync(RemoteSettlement[] settlements)
    {
        foreach (var settlement in settlements)
        {
            queues.Settle(settlement);
        }

        return Task.CompletedTask;
    }

    public Task LeasesLostAsync(SiloAddress holder, long[] keys)
    {
        remote.OnLeasesLost(holder, keys);
        return Task.CompletedTask;
    }
}
