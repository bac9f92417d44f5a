using Orleans;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>The event that routers get: a batch of one stream's deliveries.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Eventide.LaneItems")]
internal sealed class LaneItems
{
    [Id(0)]
    public string Queue { get; init; } = "";

    [Id(1)]
    public SiloAddress Holder { get; init; } = null!;

    [Id(2)]
    public List<LaneItem> Items { get; init; } = [];
}
