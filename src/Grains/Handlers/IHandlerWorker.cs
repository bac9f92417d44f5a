using Orleans;

namespace Eventide.Orleans;

/// <summary>Runs the handlers of one slot of a queue, beside the router: always local, one at a time.</summary>
[Alias("Eventide.IHandlerWorker")]
internal interface IHandlerWorker : IGrainWithIntegerKey
{
    /// <summary>Runs one attempt; its outcome is left in <paramref name="call"/>.</summary>
    [Alias("Run")]
    [ResponseTimeout("7.00:00:00")]
    Task RunAsync(HandlerCall call);
}
