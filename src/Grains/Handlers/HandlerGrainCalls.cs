using Orleans;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;

namespace Eventide.Orleans;

/// <summary>The calls of handler grains on this silo. When the silo stops they have as long as its own handlers; then their grains are
/// let go, whatever the handlers do: Orleans waits for a grain that is at work, as long as its host does, and for a stateless worker for ever.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A source without a timer holds nothing; handlers may still hold its token.")]
internal sealed class HandlerGrainCalls(SiloQueues queues, EventideClock clock) : ILifecycleParticipant<ISiloLifecycle>
{
    private const string ThrownMark = "Eventide: thrown by a handler";

    private readonly CancellationTokenSource _abandoned = new();

    /// <summary>Cancelled when handlers that are still at work are no longer waited for.</summary>
    public CancellationToken Abandoned => _abandoned.Token;

    /// <summary>Notes that an exception with which Orleans tells that a call could not be made, or was lost, was thrown by the handler:
    /// it met that in a call of its own.</summary>
    public static Exception NoteThrown(Exception exception)
    {
        if (IsOfCalls(exception))
        {
            exception.Data[ThrownMark] = true;
        }

        return exception;
    }

    /// <summary>Whether an exception tells that the call of a handler grain was lost or could not be made.</summary>
    public static bool IsLost(Exception exception) => IsOfCalls(exception) && !exception.Data.Contains(ThrownMark);

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe("Eventide handler grains", ServiceLifecycleStage.Active + 1, static _ => Task.CompletedTask, StopAsync);

        // Last of all, whether or not there was time: what is at work now would keep the host from being disposed of.
        lifecycle.Subscribe("Eventide handler grains' end", ServiceLifecycleStage.First, static _ => Task.CompletedTask, _ => _abandoned.CancelAsync());
    }

    private static bool IsOfCalls(Exception exception) => exception is OrleansMessageRejectionException or ConnectionFailedException;

    // Not waited for: the silo goes on stopping, and meets those that are still at work when it ends its grains.
    private Task StopAsync(CancellationToken cancellationToken)
    {
        _ = AbandonAsync(queues.StopPatience);
        return Task.CompletedTask;
    }

    private async Task AbandonAsync(TimeSpan patience)
    {
        await Task.Delay(patience, clock.Time, Abandoned).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await _abandoned.CancelAsync();
    }
}
