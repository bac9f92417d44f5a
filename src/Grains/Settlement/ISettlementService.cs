using Orleans;
using Orleans.Runtime;
using Orleans.Services;

namespace Eventide.Orleans;

/// <summary>One a silo, addressed by silo: how the silo whose router has a message speaks with the silo that holds its lease.</summary>
[Alias("Eventide.ISettlementService")]
internal interface ISettlementService : IGrainService
{
    /// <summary>To the holder: <paramref name="taker"/>'s router has these deliveries. Returns, one by one, whether it may run them.</summary>
    [Alias("Take")]
    Task<bool[]> TakeAsync(long[] keys, SiloAddress taker);

    /// <summary>To the holder: carry these out.</summary>
    [Alias("Settle")]
    Task SettleAsync(RemoteSettlement[] settlements);

    /// <summary>To the taker: the leases of these deliveries of <paramref name="holder"/> are lost.</summary>
    [Alias("LeasesLost")]
    Task LeasesLostAsync(SiloAddress holder, long[] keys);
}
