using Orleans;
using Orleans.Concurrency;

namespace Eventide.Orleans;

/// <summary>Where the messages of a lane's groups meet, wherever they were received: they run on its silo, one of a group at a time.</summary>
[Alias("Eventide.ILaneGrain")]
internal interface ILaneGrain : IGrainWithStringKey
{
    /// <summary>Routes these deliveries here. Short of time: a silo that has died is not to hold up the lane for longer than it must.</summary>
    /// <returns>Whether they are routed; otherwise the lane is moving to another silo, and they are to be brought again.</returns>
    [Alias("Route")]
    [ResponseTimeout("00:00:10")]
    Task<bool> RouteAsync([Immutable] LaneItems batch);
}
