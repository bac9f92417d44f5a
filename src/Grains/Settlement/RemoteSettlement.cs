using Orleans;

namespace Eventide.Orleans;

/// <summary>A settlement on its way to the silo that holds the lease.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Eventide.RemoteSettlement")]
internal readonly record struct RemoteSettlement(
    [property: Id(0)] long Key,
    [property: Id(1)] RemoteSettlementKind Kind,
    [property: Id(2)] TimeSpan Delay = default,
    [property: Id(3)] bool Uncounted = false);
