using Orleans.Runtime;
using Orleans.Runtime.Services;

namespace Eventide.Orleans;

/// <summary>Finds another silo's settlement service.</summary>
internal sealed class SettlementClient(IServiceProvider services) : GrainServiceClient<ISettlementService>(services)
{
    public ISettlementService Of(SiloAddress silo) => GetGrainService(silo);
}
