namespace Eventide.Orleans;

/// <summary>An attempt at a message that the cluster holds, waiting for a slot like any other.</summary>
internal sealed class DetachedAttempt(Message message, HandlerRuntime handler)
{
    private readonly TaskCompletionSource<Settlement> _settlement = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Message Message { get; } = message;

    public HandlerRuntime Handler { get; } = handler;

    /// <summary>What is to become of it; a release where it could not be run.</summary>
    public Task<Settlement> Settlement => _settlement.Task;

    public bool IsDecided => _settlement.Task.IsCompleted;

    public bool TryDecide(Settlement settlement) => _settlement.TrySetResult(settlement);

    public void Fail(Exception exception) => _settlement.TrySetException(exception);
}
