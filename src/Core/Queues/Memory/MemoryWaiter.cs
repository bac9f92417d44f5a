namespace Eventide.Queues;

/// <summary>A receive that waits. Being woken is only a hint to look again: messages are taken by the one who looks, so a
/// receive that is cancelled while being woken holds nothing that it could lose.</summary>
internal sealed class MemoryWaiter
{
    private readonly TaskCompletionSource _woken = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Woken => _woken.Task;

    public void Wake() => _woken.TrySetResult();
}
