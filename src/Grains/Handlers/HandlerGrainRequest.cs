using System.ComponentModel;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Eventide.Orleans;

/// <summary>A call of a handler grain, as it runs in the grain: it tells what the handler itself threw from what became of the call, and
/// lets the grain go where its silo stops and the handler does not return. For Eventide's own use.</summary>
/// <typeparam name="TResult">What the handler returns.</typeparam>
[EditorBrowsable(EditorBrowsableState.Never)]
[SerializerTransparent]
public abstract class HandlerGrainRequest<TResult> : RequestBase
{
    /// <summary>Runs the handler.</summary>
    /// <returns>What it returned or threw.</returns>
    public sealed override ValueTask<Response> Invoke()
    {
        try
        {
            var running = InvokeInner();
            return running.IsCompletedSuccessfully ? new(Response.FromResult(running.Result)) : new(AwaitAsync(running));
        }
        catch (Exception e)
        {
            return new(Response.FromException(HandlerGrainCalls.NoteThrown(e)));
        }
    }

    /// <summary>Calls the grain's method; generated.</summary>
    /// <returns>What it returns.</returns>
    protected abstract Task<TResult> InvokeInner();

    private async Task<Response> AwaitAsync(Task<TResult> running)
    {
        var calls = (GetTarget() as IGrainBase)?.GrainContext.ActivationServices.GetService<HandlerGrainCalls>();
        try
        {
            return Response.FromResult(await running.WaitAsync(calls?.Abandoned ?? CancellationToken.None));
        }
        catch (OperationCanceledException) when (calls is { Abandoned.IsCancellationRequested: true } && !running.IsCompleted)
        {
            return Response.FromException(new SiloUnavailableException("it stops, and waits no longer for the handler to return."));
        }
        catch (Exception e)
        {
            return Response.FromException(HandlerGrainCalls.NoteThrown(e));
        }
    }
}
