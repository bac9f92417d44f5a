using Orleans;

namespace Eventide.Orleans;

/// <summary>Runs handlers beside the router: local, as many at once as the engine lets run.</summary>
[Alias("Eventide.IHandlerWorker")]
internal interface IHandlerWorker : IGrainWithIntegerKey
{
    /// <summary>Runs one attempt; its outcome is left in <paramref name="call"/>.</summary>
    [Alias("Run")]
    [ResponseTimeout("7.00:00:00")]
    Task RunAsync(HandlerCall call);
}
