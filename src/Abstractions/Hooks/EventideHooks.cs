namespace Eventide;

/// <summary>Called as a worker goes about its work; override what you need. An exception thrown here is logged and changes nothing.</summary>
public abstract class EventideHooks
{
    /// <summary>Before the first message is received.</summary>
    /// <param name="cancellationToken">Cancelled when the host stops.</param>
    public virtual ValueTask OnStartAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>After the last message was settled or released.</summary>
    /// <param name="cancellationToken">Cancelled when the host no longer waits.</param>
    public virtual ValueTask OnShutdownAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>A message came from its queue and is about to be routed.</summary>
    /// <param name="message">The message.</param>
    public virtual ValueTask OnReceivedAsync(Message message) => ValueTask.CompletedTask;

    /// <summary>A handler succeeded on a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="handler">The handler's name.</param>
    /// <param name="duration">How long the attempt ran.</param>
    public virtual ValueTask OnSucceededAsync(Message message, string handler, TimeSpan duration) => ValueTask.CompletedTask;

    /// <summary>A handler failed on a message; a retry or a dead-lettering follows.</summary>
    /// <param name="message">The message.</param>
    /// <param name="failure">What went wrong.</param>
    public virtual ValueTask OnFailedAsync(Message message, HandlerFailure failure) => ValueTask.CompletedTask;

    /// <summary>A failed message is to be run again.</summary>
    /// <param name="message">The message.</param>
    /// <param name="failure">What went wrong.</param>
    /// <param name="delay">In how long.</param>
    public virtual ValueTask OnRetriedAsync(Message message, HandlerFailure failure, TimeSpan delay) => ValueTask.CompletedTask;

    /// <summary>A message was given up and moved to the dead-letter queue.</summary>
    /// <param name="message">The message.</param>
    /// <param name="failure">What went wrong at last.</param>
    public virtual ValueTask OnDeadLetteredAsync(Message message, HandlerFailure failure) => ValueTask.CompletedTask;
}
