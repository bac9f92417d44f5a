using System.Collections.Concurrent;
using Eventide.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.TestingHost;

namespace Eventide.Orleans.Tests;

/// <summary>A cluster of silos in this process, on real Orleans, with one set of memory queues, one storage and one reminder table
/// outside the silos, so that they survive any of them.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<string, Cluster> All = new();

    private readonly string _id = Guid.NewGuid().ToString("N");
    private readonly Action<ISiloBuilder, Cluster> _configure;
    private SharedMembership? _membership;
    private TestCluster _cluster = null!;

    private Cluster(Action<ISiloBuilder, Cluster> configure)
    {
        _configure = configure;
        Broker = new MemoryBroker(Clock);
    }

    /// <summary>The clock of the queues, and of Eventide in the silos unless the test gives them another. Not that of Orleans.</summary>
    public LoadTime Clock { get; } = new();

    public MemoryBroker Broker { get; }

    public SharedStorage Storage { get; } = new();

    public SharedReminders Reminders { get; } = new();

    public FaultyLeases Leases { get; } = new();

    public TestCluster Silos => _cluster;

    public IReadOnlyList<InProcessSiloHandle> Handles => [.. _cluster.Silos.Cast<InProcessSiloHandle>()];

    /// <param name="silos">How many.</param>
    /// <param name="configure">Sets each silo up.</param>
    /// <param name="anyMayDie">Whether the membership table is outside the silos, so that the first may be killed like any
    /// other. Else the first one has it.</param>
    public static async Task<Cluster> StartAsync(int silos, Action<ISiloBuilder, Cluster> configure, bool anyMayDie = false)
    {
        var cluster = new Cluster(configure) { _membership = anyMayDie ? new SharedMembership() : null };
        All[cluster._id] = cluster;
        var builder = new TestClusterBuilder((short)silos);
        builder.Properties["Eventide.Test"] = cluster._id;
        builder.AddSiloBuilderConfigurator<SiloSetup>();
        if (anyMayDie)
        {
            builder.Options.UseTestClusterMembership = false;
            builder.Options.InitializeClientOnDeploy = false;
        }

        cluster._cluster = builder.Build();
        await cluster._cluster.DeployAsync();
        return cluster;
    }

    public SiloQueues QueuesOf(InProcessSiloHandle silo) => silo.SiloHost.Services.GetRequiredService<SiloQueues>();

    /// <summary>Ends a silo as kill -9 ends a process: it reaches no queue, storage or reminder any more, and leaves the cluster without a word.</summary>
    /// <returns>How many messages it had: waiting, running, or done and not yet settled.</returns>
    public async Task<int> KillAsync(InProcessSiloHandle silo)
    {
        silo.SiloHost.Services.GetRequiredService<SiloCord>().Cut();
        var queues = QueuesOf(silo);
        var held = queues.All.Sum(q => q.Held + q.Unsettled) + silo.SiloHost.Services.GetRequiredService<RemoteSettlements>().Running;
        await _cluster.KillSiloAsync(silo);
        return held;
    }

    public InProcessSiloHandle HandleOf(SiloAddress silo) => Handles.Single(h => h.SiloAddress.Equals(silo));

    // On a port of its own: the host numbers silos by their count, and after a kill would give out the port of one that lives.
    public async Task<InProcessSiloHandle> AddSiloAsync() => (InProcessSiloHandle)await _cluster.StartAdditionalSiloAsync(startAdditionalSiloOnNewPort: true);

    public IEnumerable<WorkerStats> Stats => Handles.Where(h => h.IsActive).SelectMany(h => h.SiloHost.Services.GetRequiredService<EventideMonitor>().Stats);

    public async Task SendAsync(string queue, IEnumerable<OutgoingMessage> messages)
    {
        await using var sender = Broker.GetQueue(queue).OpenSender();
        foreach (var result in await sender.SendAllAsync(messages, CancellationToken.None))
        {
            Assert.True(result.IsSent, result.Error);
        }
    }

    public Task SendAsync(string queue, params string[] bodies) => SendAsync(queue, bodies.Select(b => new OutgoingMessage(b)));

    public async Task<QueueStats> StatsOfAsync(string queue)
    {
        await using var admin = Broker.GetQueue(queue).OpenAdmin()!;
        return await admin.GetStatsAsync(CancellationToken.None);
    }

    public async Task<IReadOnlyList<Message>> PeekAsync(string queue)
    {
        await using var admin = Broker.GetQueue(queue).OpenAdmin()!;
        return await admin.PeekAsync(1_000_000, CancellationToken.None);
    }

    /// <summary>Waits until a queue holds nothing: neither ready, nor in flight, nor delayed.</summary>
    public Task DrainedAsync(string queue, int seconds = 60) => Wait.UntilAsync(
        async () => await StatsOfAsync(queue) is { Ready: 0, InFlight: 0, Delayed: 0 or null }, $"{queue} is empty", seconds,
        async () => $"{await StatsOfAsync(queue)} | {string.Join(" | ", Stats)}");

    public async ValueTask DisposeAsync()
    {
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
        await Clock.DisposeAsync();
        All.TryRemove(_id, out _);
    }

    private sealed class SiloSetup : IHostConfigurator, ISiloConfigurator
    {
        private string _id = "";

        public void Configure(Microsoft.Extensions.Hosting.IHostBuilder hostBuilder) =>
            hostBuilder.ConfigureServices((context, _) => _id = context.Configuration["Eventide.Test"]!);

        public void Configure(ISiloBuilder silo)
        {
            var cluster = All[silo.Configuration["Eventide.Test"]!];
            var cord = new SiloCord(cluster.Leases);
            silo.Services.AddSingleton(cord);
            silo.Services.Configure<ClusterMembershipOptions>(o =>
            {
                o.ProbeTimeout = TimeSpan.FromSeconds(2);
                o.NumMissedProbesLimit = 2;
                o.NumVotesForDeathDeclaration = 1;
            });
            if (cluster._membership is { } membership)
            {
                silo.Services.AddSingleton<IMembershipTable>(membership);
            }

            silo.Services.AddKeyedSingleton<IGrainStorage>("Default", cluster.Storage.For(cord));
            silo.Services.AddSingleton<IReminderTable>(cluster.Reminders.For(cord));
            silo.Services.Configure<ReminderOptions>(o => o.MinimumReminderPeriod = TimeSpan.FromMilliseconds(100));
            silo.Services.AddLogging(l => l.SetMinimumLevel(LogLevel.Warning));
            silo.AddReminders();
            silo.Services.AddKeyedSingleton<TimeProvider>(EventideSiloOptions.ProviderName, cluster.Clock);
            cluster._configure(silo, cluster);

            // Last: of two providers that open the same URI, the one added last wins.
            silo.Services.AddSingleton<IQueueProvider>(new CuttableProvider(cluster.Broker, cord));
        }
    }
}
