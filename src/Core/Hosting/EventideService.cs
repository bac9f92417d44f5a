using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Eventide;

/// <summary>Runs the one-process engine in a host: opens the queues, builds the routing tables, and stops everything in order.</summary>
internal sealed class EventideService(
    QueueSetup setup,
    BacklogPoller poller,
    HookRunner hooks,
    EventideMonitor monitor,
    TimeProvider time,
    IHostApplicationLifetime lifetime,
    ILogger<EventideService> logger) : BackgroundService
{
    private readonly CancellationTokenSource _abort = new();
    private readonly List<QueueWorker> _workers = [];
    private readonly List<(IWatchedWorker Worker, QueueUri Uri)> _byUri = [];

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
        var polling = poller.RunAsync(_byUri, time, logger, backlog.Token);
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
        foreach (var plan in setup.Plan())
        {
            await OpenAsync(plan, cancellationToken);
        }
    }

    private async Task OpenAsync(QueuePlan plan, CancellationToken cancellationToken)
    {
        var receiver = await setup.OpenReceiverAsync(plan, cancellationToken);
        IQueueSender? deadLetters = null;
        try
        {
            deadLetters = await setup.OpenDeadLettersAsync(plan, receiver, cancellationToken);
            var table = setup.Table(plan, receiver.Name);
            var worker = new QueueWorker(receiver, deadLetters, table, setup.Runtimes(table), setup.Settings(plan), hooks, time, logger);
            _workers.Add(worker);
            if (plan.Uri is not null)
            {
                _byUri.Add((worker, plan.Uri));
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
}
