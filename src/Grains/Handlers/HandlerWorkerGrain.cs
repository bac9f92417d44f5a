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
        if (call.Handler is not { } handler || call.Message is not { } message)
        {
            throw new InvalidOperationException($"The call of {call.HandlerName} has left its silo; it must be made again where its message is.");
        }

        if (EventideTelemetry.Source.HasListeners())
        {
            return RunTracedAsync(call, handler, message);
        }

        try
        {
            var task = handler.Pipeline.InvokeAsync(message, call.Token);
            if (task is { IsCompletedSuccessfully: true })
            {
                call.Outcome = AttemptOutcome.Of(handler.Name, task.Result);
                return Task.CompletedTask;
            }

            return AwaitAsync(call, handler, task);
        }
        catch (Exception e)
        {
            call.Outcome = AttemptOutcome.Of(handler.Name, e);
            return Task.CompletedTask;
        }
    }

    private static async Task AwaitAsync(HandlerCall call, HandlerRuntime handler, Task<HandlerResult>? task)
    {
        try
        {
            call.Outcome = task is null
                ? AttemptOutcome.Of(handler.Name, new InvalidOperationException("the handler returned null instead of a task"))
                : AttemptOutcome.Of(handler.Name, await task);
        }
        catch (Exception e)
        {
            call.Outcome = AttemptOutcome.Of(handler.Name, e);
        }
    }

    private static async Task RunTracedAsync(HandlerCall call, HandlerRuntime handler, Message message)
    {
        using var activity = MessageTrace.StartProcess(message, handler.Name);
        Task<HandlerResult> task;
        try
        {
            task = handler.Pipeline.InvokeAsync(message, call.Token);
        }
        catch (Exception e)
        {
            task = Task.FromException<HandlerResult>(e);
        }

        await AwaitAsync(call, handler, task);
        if (activity is not null && call.Outcome.Failure is { } failure)
        {
            activity.SetStatus(System.Diagnostics.ActivityStatusCode.Error, failure.Reason);
            activity.SetTag("error.type", failure.Exception?.GetType().FullName ?? failure.Kind.ToString());
        }
    }
}
