using Orleans;
using Orleans.Concurrency;

namespace Eventide.Orleans;

/// <summary>Sends the ticks of one recurring schedule, for the whole cluster.</summary>
[Alias("Eventide.IScheduleGrain")]
internal interface IScheduleGrain : IDueGrain
{
    /// <summary>Tells that a silo has the schedule configured, and how. Every silo says so when it starts and now and then.</summary>
    [Alias("Ensure")]
    Task EnsureAsync([Immutable] ScheduleDefinition definition);
}
