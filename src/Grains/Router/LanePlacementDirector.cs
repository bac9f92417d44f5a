using Orleans.Runtime;
using Orleans.Runtime.Placement;

namespace Eventide.Orleans;

/// <summary>Spreads lanes over the silos by rendezvous hashing (Thaler, Ravishankar 1998): each lane goes to the silo that scores
/// highest for it, so that one which joins takes its share from all others and nothing else moves.</summary>
internal sealed class LanePlacementDirector : IPlacementDirector
{
    public static SiloAddress? Choose(GrainId lane, IEnumerable<SiloAddress> silos)
    {
        var key = StableHash.Of(lane.ToString());
        return silos.MaxBy(silo => (Score(key, silo), silo));
    }

    public Task<SiloAddress> OnAddActivation(PlacementStrategy strategy, PlacementTarget target, IPlacementContext context) =>
        Task.FromResult(Choose(target.GrainIdentity, context.GetCompatibleSilos(target))!);

    // The finaliser of SplitMix64 (Steele, Lea, Flood 2014): neighbouring inputs score without relation to one another.
    private static ulong Score(uint lane, SiloAddress silo)
    {
        var z = ((ulong)lane << 32) | (uint)silo.GetConsistentHashCode();
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
}
