using Orleans;
using Orleans.Concurrency;

namespace Eventide.Orleans;

/// <summary>A grain that has something to do at a certain time.</summary>
[Alias("Eventide.IDueGrain")]
internal interface IDueGrain : IGrainWithStringKey, IRemindable
{
    /// <summary>Looks at the clock: what is due is done now. For the grain's own timer.</summary>
    [Alias("Look")]
    [OneWay]
    Task LookAsync();
}
