using System.Diagnostics;
using Orleans;

namespace Eventide.Orleans;

/// <summary>One attempt of a handler, handed to a handler worker by reference: it never leaves the silo, and nothing is copied.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Eventide.HandlerCall")]
internal sealed class HandlerCall
{
    [NonSerialized]
    private TaskCompletionSource? _returned;

    [NonSerialized]
    private TaskCompletionSource? _ended;

    [NonSerialized]
    private int _stage;

    private enum Stage
    {
        Running = 0,
        Ended = 1,
        Abandoned = 2,
    }

    /// <summary>The only member that would travel: nothing else of a call is meant to, and one that did is recognised by having no handler.</summary>
    [Id(0)]
    public string? HandlerName { get; init; }

    [field: NonSerialized]
    public HandlerRuntime? Handler { get; init; }

    [field: NonSerialized]
    public Message? Message { get; init; }

    [field: NonSerialized]
    public CancellationToken Token { get; init; }

    /// <summary>Whose attempt it is: a delivery or a detached attempt.</summary>
    [field: NonSerialized]
    public object? Owner { get; init; }

    [field: NonSerialized]
    public AttemptOutcome Outcome { get; private set; }

    /// <summary>Done when the handler has ended, also where its worker no longer waits for it.</summary>
    public Task Ended => Volatile.Read(ref _stage) == (int)Stage.Abandoned ? _ended!.Task : Task.CompletedTask;

    /// <summary>Runs the handler.</summary>
    /// <returns>Done when the handler has ended, or when the call is abandoned.</returns>
    public Task RunAsync()
    {
        var running = EventideTelemetry.Source.HasListeners() ? InvokeTracedAsync() : InvokeAsync();
        if (running.IsCompletedSuccessfully)
        {
            Outcome = running.Result;
            End();
            return Task.CompletedTask;
        }

        // Before the look at the stage, which Abandon changes before it looks here: one of the two sees the other.
        var returned = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Interlocked.Exchange(ref _returned, returned);
        _ = AwaitAsync(running);
        return Volatile.Read(ref _stage) == (int)Stage.Abandoned ? Task.CompletedTask : returned.Task;
    }

    /// <summary>Lets the worker go, whatever the handler does: a silo cannot stop while one of its grains is at work.</summary>
    /// <returns>Whether the handler was still at it.</returns>
    public bool Abandon()
    {
        Interlocked.CompareExchange(ref _ended, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null);
        if (Interlocked.CompareExchange(ref _stage, (int)Stage.Abandoned, (int)Stage.Running) != (int)Stage.Running)
        {
            return false;
        }

        Volatile.Read(ref _returned)?.TrySetResult();
        return true;
    }

    private async Task AwaitAsync(ValueTask<AttemptOutcome> running)
    {
        Outcome = await running;
        End();
    }

    private void End()
    {
        if (Interlocked.CompareExchange(ref _stage, (int)Stage.Ended, (int)Stage.Running) == (int)Stage.Running)
        {
            _returned?.TrySetResult();
        }
        else
        {
            _ended!.TrySetResult();
        }
    }

    private ValueTask<AttemptOutcome> InvokeAsync()
    {
        try
        {
            var task = Handler!.Pipeline.InvokeAsync(Message!, Token);
            return task is { IsCompletedSuccessfully: true } ? new(AttemptOutcome.Of(Handler.Name, task.Result)) : AwaitAsync(task);
        }
        catch (Exception e)
        {
            return new(AttemptOutcome.Of(Handler!.Name, e));
        }
    }

    private async ValueTask<AttemptOutcome> AwaitAsync(Task<HandlerResult>? task)
    {
        try
        {
            return task is null
                ? AttemptOutcome.Of(Handler!.Name, new InvalidOperationException("the handler returned null instead of a task"))
                : AttemptOutcome.Of(Handler!.Name, await task);
        }
        catch (Exception e)
        {
            return AttemptOutcome.Of(Handler!.Name, e);
        }
    }

    private async ValueTask<AttemptOutcome> InvokeTracedAsync()
    {
        try
        {
            using var activity = MessageTrace.StartProcess(Message!, Handler!.Name);
            var outcome = await InvokeAsync();
            if (activity is not null && outcome.Failure is { } failure)
            {
                activity.SetStatus(ActivityStatusCode.Error, failure.Reason);
                activity.SetTag("error.type", failure.Exception?.GetType().FullName ?? failure.Kind.ToString());
            }

            return outcome;
        }
        catch (Exception e)
        {
            // A listener of traces that throws: the attempt is not known to have succeeded.
            return AttemptOutcome.Of(Handler!.Name, e);
        }
    }
}
