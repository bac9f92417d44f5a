using Orleans;

namespace Eventide.Orleans;

/// <summary>One attempt of a handler, handed to a handler worker by reference: it never leaves the silo, and nothing is copied.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Eventide.HandlerCall")]
internal sealed class HandlerCall : IThreadPoolWorkItem
{
    [NonSerialized]
    private readonly TaskCompletionSource _returned = new();

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
    public AttemptOutcome Outcome { get; set; }

    /// <summary>Done when the handler has ended, or the worker no longer waits for it.</summary>
    public Task Returned => _returned.Task;

    /// <summary>Done when the handler has ended.</summary>
    public Task Ended => Volatile.Read(ref _stage) == (int)Stage.Abandoned ? _ended!.Task : _returned.Task;

    /// <summary>Runs the handler, outside of any grain: one that blocks its thread must not hold up the end of its worker.</summary>
    public void Execute() => _ = RunAsync();

    /// <summary>Lets the worker go, whatever the handler does: a silo cannot stop while one of its grains is at work.</summary>
    /// <returns>Whether the handler was still at it.</returns>
    public bool Abandon()
    {
        Interlocked.CompareExchange(ref _ended, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), null);
        if (Interlocked.CompareExchange(ref _stage, (int)Stage.Abandoned, (int)Stage.Running) != (int)Stage.Running)
        {
            return false;
        }

        _returned.TrySetResult();
        return true;
    }

    private async Task RunAsync()
    {
        try
        {
            using var activity = EventideTelemetry.Source.HasListeners() ? MessageTrace.StartProcess(Message!, Handler!.Name) : null;
            Outcome = await InvokeAsync();
            if (activity is not null && Outcome.Failure is { } failure)
            {
                activity.SetStatus(System.Diagnostics.ActivityStatusCode.Error, failure.Reason);
                activity.SetTag("error.type", failure.Exception?.GetType().FullName ?? failure.Kind.ToString());
            }
        }
        catch (Exception e)
        {
            // A listener of traces that throws: the attempt is not known to have succeeded.
            Outcome = AttemptOutcome.Of(Handler!.Name, e);
        }

        if (Interlocked.CompareExchange(ref _stage, (int)Stage.Ended, (int)Stage.Running) == (int)Stage.Running)
        {
            _returned.TrySetResult();
        }
        else
        {
            _ended!.TrySetResult();
        }
    }

    private async ValueTask<AttemptOutcome> InvokeAsync()
    {
        var name = Handler!.Name;
        try
        {
            return Handler.Pipeline.InvokeAsync(Message!, Token) is { } task
                ? AttemptOutcome.Of(name, await task)
                : AttemptOutcome.Of(name, new InvalidOperationException("the handler returned null instead of a task"));
        }
        catch (Exception e)
        {
            return AttemptOutcome.Of(name, e);
        }
    }
}
