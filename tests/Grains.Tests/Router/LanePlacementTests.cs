using System.Net;
using Orleans.Runtime;

namespace Eventide.Orleans.Tests.Router;

public sealed class LanePlacementTests
{
    private static readonly SiloAddress[] Silos = [.. Enumerable.Range(1, 5).Select(i => SiloAddress.New(IPAddress.Parse($"10.0.0.{i}"), 11111, 1000 + i))];

    private static readonly GrainId[] Lanes = [.. Enumerable.Range(0, 320).Select(i => GrainId.Create("lane", StreamNames.OfLane("orders", i)))];

    [Fact]
    public void Every_silo_gets_about_its_share()
    {
        var shares = Lanes.CountBy(lane => LanePlacementDirector.Choose(lane, Silos)!).ToDictionary();
        Assert.Equal(5, shares.Count);
        Assert.All(shares.Values, share => Assert.InRange(share, 40, 88));
    }

    [Fact]
    public void All_silos_agree_in_whatever_order_they_know_the_others() =>
        Assert.All(Lanes, lane => Assert.Equal(LanePlacementDirector.Choose(lane, Silos), LanePlacementDirector.Choose(lane, Silos.Reverse())));

    [Fact]
    public void A_silo_that_joins_takes_its_share_and_nothing_else_moves()
    {
        var moved = Lanes.Where(lane => !LanePlacementDirector.Choose(lane, Silos[..4])!.Equals(LanePlacementDirector.Choose(lane, Silos))).ToList();
        Assert.InRange(moved.Count, 40, 88);
        Assert.All(moved, lane => Assert.Equal(Silos[4], LanePlacementDirector.Choose(lane, Silos)));
    }

    [Fact]
    public void Where_no_silo_is_known_none_is_chosen() => Assert.Null(LanePlacementDirector.Choose(Lanes[0], []));
}
