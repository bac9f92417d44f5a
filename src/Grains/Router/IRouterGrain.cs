using Orleans;

namespace Eventide.Orleans;

/// <summary>The consumer of one stream of messages; it is called by its subscription alone.</summary>
[Alias("Eventide.IRouterGrain")]
internal interface IRouterGrain : IGrainWithStringKey;
