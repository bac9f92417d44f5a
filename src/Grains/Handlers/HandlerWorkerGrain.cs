using Orleans;
using Orleans.Concurrency;

namespace Eventide.Orleans;

/// <inheritdoc cref="IHandlerWorker"/>
/// <remarks>Each running handler has an activation of its own, so that one which blocks its thread holds up no other; how many
/// there are at once is bounded by <see cref="EventideOptions.Concurrency"/>, not here.</remarks>
[StatelessWorker(10_000)]
internal sealed class HandlerWorkerGrain : Grain, IHandlerWorker
{
    public Task RunAsync(HandlerCall call)
    {
        if (call.Handler is null || call.Message is null)
        {
            throw new InvalidOperationException($"The call of {call.HandlerName} has left its silo; it must be made again where its message is.");
        }

        return call.RunAsync();
    }
}
