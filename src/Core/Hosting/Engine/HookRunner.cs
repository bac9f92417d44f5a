using Microsoft.Extensions.Logging;

namespace Eventide;

/// <summary>Calls the hooks; one that throws is logged and harms nothing.</summary>
public sealed class HookRunner
{
    private readonly EventideHooks[] _hooks;
    private readonly ILogger _logger;

    /// <summary>Gathers the hooks.</summary>
    /// <param name="hooks">The hooks, called in this order.</param>
    /// <param name="logger">Told of those that throw.</param>
    public HookRunner(IEnumerable<EventideHooks> hooks, ILogger<HookRunner> logger)
    {
        _hooks = [.. hooks];
        _logger = logger;
    }

    /// <summary>Whether there is any.</summary>
    public bool Any => _hooks.Length > 0;

    /// <summary>Before the first message.</summary>
    /// <param name="cancellationToken">Cancelled when the host stops.</param>
    public ValueTask StartAsync(CancellationToken cancellationToken) =>
        RunAsync("OnStart", (hooks, token) => hooks.OnStartAsync(token), cancellationToken);

    /// <summary>After the last message.</summary>
    /// <param name="cancellationToken">Cancelled when the host no longer waits.</param>
    public ValueTask ShutdownAsync(CancellationToken cancellationToken) =>
        RunAsync("OnShutdown", (hooks, token) => hooks.OnShutdownAsync(token), cancellationToken);

    /// <summary>A message came.</summary>
    /// <param name="message">The message.</param>
    public ValueTask ReceivedAsync(Message message) =>
        RunAsync("OnReceived", (hooks, m) => hooks.OnReceivedAsync(m), message);

    /// <summary>A handler succeeded.</summary>
    /// <param name="message">The message.</param>
    /// <param name="handler">The handler's name.</param>
    /// <param name="duration">How long the attempt ran.</param>
    public ValueTask SucceededAsync(Message message, string handler, TimeSpan duration) =>
        RunAsync("OnSucceeded", (hooks, x) => hooks.OnSucceededAsync(x.message, x.handler, x.duration), (message, handler, duration));

    /// <summary>A handler failed.</summary>
    /// <param name="message">The message.</param>
    /// <param name="failure">Why.</param>
    public ValueTask FailedAsync(Message message, HandlerFailure failure) =>
        RunAsync("OnFailed", (hooks, x) => hooks.OnFailedAsync(x.message, x.failure), (message, failure));

    /// <summary>A message is to be run again.</summary>
    /// <param name="message">The message.</param>
    /// <param name="failure">Why.</param>
    /// <param name="delay">In how long.</param>
    public ValueTask RetriedAsync(Message message, HandlerFailure failure, TimeSpan delay) =>
        RunAsync("OnRetried", (hooks, x) => hooks.OnRetriedAsync(x.message, x.failure, x.delay), (message, failure, delay));

    /// <summary>A message was given up.</summary>
    /// <param name="message">The message.</param>
    /// <param name="failure">Why.</param>
    public ValueTask DeadLetteredAsync(Message message, HandlerFailure failure) =>
        RunAsync("OnDeadLettered", (hooks, x) => hooks.OnDeadLetteredAsync(x.message, x.failure), (message, failure));

    /// <summary>Calls a hook without waiting for it, where nothing may wait.</summary>
    internal void Post(Func<HookRunner, ValueTask> call)
    {
        if (Any)
        {
            _ = call(this).AsTask();
        }
    }

    private ValueTask RunAsync<T>(string name, Func<EventideHooks, T, ValueTask> call, T argument) =>
        _hooks.Length == 0 ? ValueTask.CompletedTask : RunAllAsync(name, call, argument);

    private async ValueTask RunAllAsync<T>(string name, Func<EventideHooks, T, ValueTask> call, T argument)
    {
        foreach (var hooks in _hooks)
        {
            try
            {
                await call(hooks, argument);
            }
            catch (Exception e)
            {
                _logger.HookFailed(hooks.GetType().Name, name, e);
            }
        }
    }
}
