using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Eventide;

/// <summary>Runs the one-process engine in a host: opens the queues, builds the routing tables, and stops everything in order.</summary>
internal sealed class EventideService(
    IOptions<EventideOptions> options,
    IEnumerable<QueueRegistration> registrations,
    IEnumerable<HandlerDescriptor> handlers,
    IEnumerable<IMessageMiddleware> middleware,
    QueueConnector connector,
    HookRunner hooks,
    EventideMonitor monitor,
    TimeProvider time,
    IServiceProvider services,
    IHostApplicationLifetime lifetime,
    ILogger<EventideService> logger) : BackgroundService
{
    private readonly CancellationTokenSource _abort = new();
    private readonly List<QueueWorker> _workers = [];
    private readonly List<(QueueWorker Worker, QueueUri Uri)> _byUri = [];

    /// <summary>Opens all queues before anything runs, so that what is wrong stops the start.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await OpenAsync(cancellationToken);
        }
        catch
        {
            await CloseAsync();
            throw;
        }

        monitor.Watch(_workers);
        await hooks.StartAsync(cancellationToken);
        monitor.IsStarted = true;
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // The host's patience ends: what has not drained is given back at once.
        await using var impatience = cancellationToken.UnsafeRegister(static abort => ((CancellationTokenSource)abort!).Cancel(), _abort);
        await base.StopAsync(CancellationToken.None);
    }

    public override void Dispose()
    {
        _abort.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var backlog = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var polling = PollBacklogAsync(backlog.Token);
        try
        {
            // One queue that cannot go on stops them all: half a worker would look healthy.
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            var running = _workers.ConvertAll(w => Task.Run(() => w.RunAsync(stop.Token, _abort.Token), CancellationToken.None));
            foreach (var worker in running)
            {
                _ = worker.ContinueWith(_ => stop.Cancel(), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }

            await Task.WhenAll(running);
        }
        finally
        {
            await backlog.CancelAsync();
            await polling;
            await hooks.ShutdownAsync(_abort.Token);
            await CloseAsync();
        }

        // While stopping it no longer matters: what is stuck was given back.
        if (!monitor.IsHealthy && !stoppingToken.IsCancellationRequested)
        {
            throw new InvalidOperationException("All handler slots of a queue are stuck; the process must be restarted.");
        }

        // All queues have come to their end.
        lifetime.StopApplication();
    }

    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        var all = handlers.ToList();
        if (all.Count == 0)
        {
            throw new InvalidOperationException("No handler is registered: every message would be unmatched. Add one with AddHandler, Handle or AddHandlersFrom.");
        }

        if (settings.Queue is null && settings.Queues.Count == 0 && !registrations.Any())
        {
            throw new InvalidOperationException("No queue is configured: set Eventide:Queue to a queue URI such as 'memory:orders', or call Queue(...) in AddEventide.");
        }

        if (settings.Queue is not null)
        {
            await OpenAsync(null, new QueueOptions { Uri = settings.Queue }, null, all, cancellationToken);
        }

        foreach (var (name, queue) in settings.Queues)
        {
            if (!registrations.Any(r => r.Name == name))
            {
                await OpenAsync(name, queue, null, all, cancellationToken);
            }
        }

        foreach (var registration in registrations)
        {
            await OpenAsync(registration.Name, settings.Queues.TryGetValue(registration.Name, out var queue) ? queue : new QueueOptions(), registration, all, cancellationToken);
        }
    }

    private async Task OpenAsync(string? name, QueueOptions queue, QueueRegistration? registration, List<HandlerDescriptor> all, CancellationToken cancellationToken)
    {
        var settings = options.Value;
        var uri = registration is null ? QueueUri.Parse(queue.Uri!) : null;
        var receiver = uri is null ? await registration!.Open(services, cancellationToken) : await connector.OpenReceiverAsync(uri, cancellationToken);
        IQueueSender? deadLetters = null;
        try
        {
            deadLetters = registration?.OpenDeadLetter is { } open ? await open(services, cancellationToken)
                : (queue.DeadLetter ?? settings.DeadLetter) is { } deadLetter ? await connector.OpenSenderAsync(QueueUri.Parse(deadLetter), cancellationToken)
                : await receiver.OpenDeadLetterSenderAsync(cancellationToken);

            var table = new RoutingTable(
                all.Where(h => h.Queues.Count == 0 || h.Queues.Contains(receiver.Name, StringComparer.Ordinal) || (name is not null && h.Queues.Contains(name, StringComparer.Ordinal))),
                queue.Dispatch ?? settings.Dispatch);
            var runtimes = table.Routes
                .Select(r => new HandlerRuntime(
                    r.Handler.Name,
                    new HandlerPipeline(r.Handler, middleware, services),
                    r.Handler.RetryPolicy(settings.Retry),
                    r.Handler.Timeout ?? settings.HandlerTimeout))
                .ToList();
            var worker = new QueueWorker(receiver, deadLetters, table, runtimes, Resolve(settings, queue), hooks, time, logger);
            _workers.Add(worker);
            if (uri is not null)
            {
                _byUri.Add((worker, uri));
            }
        }
        catch
        {
            await receiver.DisposeAsync();
            if (deadLetters is not null)
            {
                await deadLetters.DisposeAsync();
            }

            throw;
        }
    }

    private static QueueSettings Resolve(EventideOptions settings, QueueOptions queue) => new()
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

    private async Task CloseAsync()
    {
        foreach (var worker in _workers)
        {
            try
            {
                await worker.DisposeAsync();
            }
            catch (Exception e)
            {
                logger.CloseFailed(worker.Name, e);
            }
        }
    }

    private async Task PollBacklogAsync(CancellationToken cancellationToken)
    {
        var interval = options.Value.BacklogInterval;
        if (interval == TimeSpan.Zero || _byUri.Count == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (!monitor.WantsBacklog)
                {
                    continue;
                }

                foreach (var (worker, uri) in _byUri)
                {
                    await PollBacklogAsync(worker, uri, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The worker stops.
        }
    }

    private async Task PollBacklogAsync(QueueWorker worker, QueueUri uri, CancellationToken cancellationToken)
    {
        try
        {
            if (await connector.OpenAdminAsync(uri, cancellationToken) is { } admin)
            {
                await using (admin)
                {
                    worker.SetBacklog(await admin.GetStatsAsync(cancellationToken));
                }
            }
        }
        catch (QueueException e)
        {
            logger.BacklogUnknown(worker.Name, e.Message);
            worker.SetBacklog(null);
        }
    }
}
