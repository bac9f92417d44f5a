using Orleans;
using Orleans.Concurrency;

namespace Eventide.Orleans;

/// <summary>A grain that handles messages: implement it on a grain class with a <see cref="HandlerAttribute"/>, and the silos find
/// it. A stateful one is keyed by the message's group, else by the expression of its <see cref="HandlerGrainAttribute"/>; one with
/// <c>[StatelessWorker]</c> runs beside the router.</summary>
[Alias("Eventide.IHandlerGrain")]
public interface IHandlerGrain : IGrainWithStringKey
{
    /// <summary>Handles one message. Returning says what to do with it; throwing means it failed and may be retried.</summary>
    /// <param name="message">The message; <see cref="Message.Native"/> does not travel between silos.</param>
    /// <param name="cancellationToken">Cancelled at the handler's timeout, when the message's lease is lost, and when the drain time is over.</param>
    /// <returns>What to do with the message; <see cref="HandlerResult.Success"/> when all is done.</returns>
    [Alias("Handle")]
    [HandlerGrainCall]
    [ResponseTimeout("12:05:00")]
    Task<HandlerResult> HandleAsync([Immutable] Message message, CancellationToken cancellationToken);
}
