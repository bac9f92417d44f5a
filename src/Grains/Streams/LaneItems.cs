using Orleans;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>What routers and lane grains get: a batch of one queue's deliveries.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Eventide.LaneItems")]
internal sealed class LaneItems
{
    [Id(0)]
    public string Queue { get; init; } = "";

    /// <summary>The silo that holds their leases.</summary>
    [Id(1)]
    public SiloAddress Holder { get; init; } = null!;

    [Id(2)]
    public List<LaneItem> Items { get; init; } = [];
}
