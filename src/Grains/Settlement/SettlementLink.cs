using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>From the holder of leases to the silos that run their messages.</summary>
internal sealed class SettlementLink(IServiceProvider services, SiloLink silos)
{
    // Grain services need the silo up: not to be asked for before the first use.
    private SettlementClient Client => field ??= services.GetRequiredService<SettlementClient>();

    public void TellLeaseLost(SiloAddress taker, long key)
    {
        if (!silos.IsDead(taker))
        {
            // Should it not arrive, the handler runs to its end, and its settlement finds nothing to settle.
            Client.Of(taker).LeasesLostAsync(silos.Here, [key]).Ignore();
        }
    }
}
