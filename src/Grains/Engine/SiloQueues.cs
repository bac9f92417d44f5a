using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>All queues on this silo: opened before the silo takes part, left before it leaves the cluster.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A source without a timer holds nothing.")]
internal sealed class SiloQueues(
    QueueSetup setup,
    IOptions<EventideSiloOptions> options,
    HookRunner hooks,
    EventideMonitor monitor,
    BacklogPoller poller,
    EventideClock clock,
    IGrainFactory grains,
    SiloLink silos,
    RemoteSettlements remote,
    SettlementLink settlements,
    DeliveryGateway deliveries,
    ILogger<SiloQueues> logger) : ILifecycleParticipant<ISiloLifecycle>
{
    private static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(20);

    // Orleans starts its stream providers side by side.
    private readonly ConcurrentDictionary<string, SiloQueue> _queues = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<string> _opened = [];
    private readonly CancellationTokenSource _stopped = new();
    private Task _polling = Task.CompletedTask;
    private ITimer? _clock;
    private long _lastKey;
    private long _lastWorker;

    public EventideSiloOptions Options => options.Value;

    public IGrainFactory Grains => grains;

    public DeliveryGateway Deliveries => deliveries;

    public SiloAddress Here => silos.Here;

    public IReadOnlyCollection<SiloQueue> All => [.. _queues.Values];

    /// <summary>How long handlers may go on that run when the silo begins to stop.</summary>
    public TimeSpan StopPatience => All.Select(q => q.Settings.DrainTimeout + q.Settings.LastWord).DefaultIfEmpty().Max();

    public long NextKey() => Interlocked.Increment(ref _lastKey);

    /// <summary>A handler worker that nobody else on this silo has.</summary>
    public IHandlerWorker NextWorker() => grains.GetGrain<IHandlerWorker>(Interlocked.Increment(ref _lastWorker));

    public bool IsDead(SiloAddress silo) => silos.IsDead(silo);

    public SiloQueue? Find(string name) => _queues.GetValueOrDefault(name);

    public SiloQueue Get(string name) => Find(name)
        ?? throw new InvalidOperationException($"This silo has no queue '{name}'; all silos of a cluster must be configured with the same queues.");

    /// <summary>Opens the queue of a stream provider.</summary>
    /// <returns>The queue, or null where it has been taken out of the options since the provider was added.</returns>
    public async Task<SiloQueue?> OpenAsync(string provider, CancellationToken cancellationToken)
    {
        if (setup.Plan().FirstOrDefault(p => StreamNames.ProviderOf(p.Name) == provider) is not { } plan)
        {
            return null;
        }

        var queue = new SiloQueue(plan, setup, this, hooks, clock.Time, logger);
        try
        {
            await queue.OpenAsync(cancellationToken);
            if (!_queues.TryAdd(queue.Name, queue))
            {
                throw new InvalidOperationException($"Two queues are called '{queue.Name}'; give each a name of its own.");
            }
        }
        catch
        {
            await queue.DisposeAsync();
            throw;
        }

        _opened.Add(provider);
        return queue;
    }

    public bool TryTake(long key, SiloAddress taker) => _queues.Values.Any(q => q.TryTake(key, taker));

    public bool Settle(RemoteSettlement settlement) => _queues.Values.Any(q => q.TrySettle(settlement));

    public void TellLeaseLost(SiloAddress taker, long key) => settlements.TellLeaseLost(taker, key);

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe("Eventide", ServiceLifecycleStage.ApplicationServices + 1, StartAsync, DisposeQueuesAsync);

        // Stages stop from the last to the first: the queues are left while the silo is still a full member of its cluster.
        lifecycle.Subscribe("Eventide queues", ServiceLifecycleStage.Active + 1, static _ => Task.CompletedTask, StopAsync);
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        if (setup.Plan().FirstOrDefault(p => !_opened.Contains(StreamNames.ProviderOf(p.Name), StringComparer.Ordinal)) is { } left)
        {
            throw new InvalidOperationException($"Queue '{left.Name ?? left.Options.Uri}' came to be known too late to get a stream provider: "
                + "name it in the configuration, in AddEventide, or in Configure<EventideOptions> before AddEventide.");
        }

        monitor.Watch([.. _queues.Values]);
        silos.OnDeath(silo =>
        {
            foreach (var queue in _queues.Values)
            {
                queue.OnSiloDeath(silo);
            }
        });
        _clock = clock.Time.CreateTimer(static self => ((SiloQueues)self!).Tick(), this, TickInterval, TickInterval);
        _polling = poller.RunAsync([.. _queues.Values.Where(q => q.Uri is not null).Select(q => ((IWatchedWorker)q, q.Uri!))], clock.Time, logger, _stopped.Token);
        await hooks.StartAsync(cancellationToken);
        monitor.IsStarted = true;
    }

    private async Task StopAsync(CancellationToken cancellationToken)
    {
        logger.Leaving(_queues.Count);
        await Task.WhenAll(_queues.Values.Select(q => Task.Run(() => q.StopAsync(cancellationToken), CancellationToken.None)));
        remote.GiveBackRest();
        await remote.DrainAsync().WaitAsync(TimeSpan.FromSeconds(10), CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await hooks.ShutdownAsync(cancellationToken);
    }

    private async Task DisposeQueuesAsync(CancellationToken cancellationToken)
    {
        await _stopped.CancelAsync();
        await _polling;
        if (_clock is not null)
        {
            await _clock.DisposeAsync();
        }

        foreach (var queue in _queues.Values)
        {
            await queue.DisposeAsync();
        }
    }

    private void Tick()
    {
        foreach (var queue in _queues.Values)
        {
            queue.Tick();
        }
    }
}
