using Orleans.Placement;

namespace Eventide.Orleans;

/// <summary>Places a lane grain by <see cref="LanePlacementDirector"/>.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class LanePlacementAttribute() : PlacementAttribute(new LanePlacement());
