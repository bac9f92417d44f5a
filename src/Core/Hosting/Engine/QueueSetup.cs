using Microsoft.Extensions.Options;

namespace Eventide;

/// <summary>From options and registrations to queues that are open, with their routing tables and settings: the same for every engine.</summary>
internal sealed class QueueSetup(
    IOptions<EventideOptions> options,
    IEnumerable<QueueRegistration> registrations,
    IEnumerable<HandlerDescriptor> handlers,
    IEnumerable<IHandlerSource> sources,
    IEnumerable<IMessageMiddleware> middleware,
    QueueConnector connector,
    IServiceProvider services)
{
    private readonly HandlerDescriptor[] _handlers = [.. handlers, .. sources.SelectMany(s => s.Handlers)];
    private readonly QueueRegistration[] _registrations = [.. registrations];

    /// <summary>The queues to be worked.</summary>
    /// <exception cref="InvalidOperationException">There is no handler, or no queue.</exception>
    public IReadOnlyList<QueuePlan> Plan()
    {
        var settings = options.Value;
        if (_handlers.Length == 0)
        {
            throw new InvalidOperationException("No handler is registered: every message would be unmatched. Add one with AddHandler, Handle or AddHandlersFrom.");
        }

        if (settings.Queue is null && settings.Queues.Count == 0 && _registrations.Length == 0)
        {
            throw new InvalidOperationException("No queue is configured: set Eventide:Queue to a queue URI such as 'memory:orders', or call Queue(...) in AddEventide.");
        }

        var plans = new List<QueuePlan>();
        if (settings.Queue is not null)
        {
            plans.Add(new QueuePlan(null, new QueueOptions { Uri = settings.Queue }, QueueUri.Parse(settings.Queue), null));
        }

        plans.AddRange(settings.Queues
            .Where(q => !Array.Exists(_registrations, r => r.Name == q.Key))
            .Select(q => new QueuePlan(q.Key, q.Value, QueueUri.Parse(q.Value.Uri!), null)));
        plans.AddRange(_registrations
            .Select(r => new QueuePlan(r.Name, settings.Queues.TryGetValue(r.Name, out var queue) ? queue : new QueueOptions(), null, r)));
        return plans;
    }

    public ValueTask<IQueueReceiver> OpenReceiverAsync(QueuePlan plan, CancellationToken cancellationToken) =>
        plan.Uri is null ? plan.Registration!.Open(services, cancellationToken) : connector.OpenReceiverAsync(plan.Uri, cancellationToken);

    /// <summary>Opens the dead-letter queue: the one given in code, else by the options, else the one that the queue itself names.</summary>
    public async ValueTask<IQueueSender?> OpenDeadLettersAsync(QueuePlan plan, IQueueReceiver receiver, CancellationToken cancellationToken) =>
        plan.Registration?.OpenDeadLetter is { } open ? await open(services, cancellationToken)
        : (plan.Options.DeadLetter ?? options.Value.DeadLetter) is { } deadLetter ? await connector.OpenSenderAsync(QueueUri.Parse(deadLetter), cancellationToken)
        : await receiver.OpenDeadLetterSenderAsync(cancellationToken);

    /// <summary>The routing table of those handlers that take messages of this queue.</summary>
    /// <param name="plan">The queue.</param>
    /// <param name="queue">The queue's name as its receiver tells it.</param>
    /// <exception cref="RuleException">Rules cannot be read.</exception>
    public RoutingTable Table(QueuePlan plan, string queue) => new(
        _handlers.Where(h => h.Queues.Count == 0 || h.Queues.Contains(queue, StringComparer.Ordinal) || (plan.Name is not null && h.Queues.Contains(plan.Name, StringComparer.Ordinal))),
        plan.Options.Dispatch ?? options.Value.Dispatch);

    /// <summary>The handlers of a table, ready to be called, in the table's order.</summary>
    public List<HandlerRuntime> Runtimes(RoutingTable table) => [.. table.Routes.Select(r => new HandlerRuntime(
        r.Handler.Name,
        new HandlerPipeline(r.Handler, middleware, services),
        r.Handler.RetryPolicy(options.Value.Retry),
        r.Handler.Timeout ?? options.Value.HandlerTimeout))];

    /// <summary>The settings of a queue, with the options' defaults filled in.</summary>
    public QueueSettings Settings(QueuePlan plan)
    {
        var settings = options.Value;
        var queue = plan.Options;
        return new QueueSettings
        {
            Concurrency = queue.Concurrency ?? settings.Concurrency,
            BufferSize = queue.BufferSize ?? settings.BufferSize,
            MaxBufferedBytes = settings.MaxBufferedBytes,
            Lease = queue.Lease ?? settings.Lease,
            StuckAfter = settings.StuckAfter,
            DrainTimeout = settings.DrainTimeout,
            MaxBackoff = settings.Retry.MaxBackoff,
            Unmatched = queue.Unmatched ?? settings.Unmatched,
            CrashAllowance = settings.CrashAllowance,
            UntilEmpty = settings.UntilEmpty,
            OrderBy = queue.OrderBy ?? settings.OrderBy,
        };
    }
}
