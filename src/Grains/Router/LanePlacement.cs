using Orleans;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>See <see cref="LanePlacementDirector"/>.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Eventide.LanePlacement")]
internal sealed class LanePlacement : PlacementStrategy;
