using Orleans;
using Orleans.Concurrency;

namespace Eventide.Orleans;

/// <inheritdoc cref="IHandlerWorker"/>
/// <remarks>Each slot of a queue has a worker of its own, so that a handler which blocks its thread holds up no other.</remarks>
[StatelessWorker(1, removeIdleWorkers: false)]
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
