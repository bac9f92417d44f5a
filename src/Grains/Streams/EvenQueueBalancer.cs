using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Streams;

namespace Eventide.Orleans;

/// <summary>Deals the partitions of a queue out over the active silos in turn: no silo has two more than another, and all silos agree
/// as soon as they see the same members. For a moment two may pump one partition; their queue gives each message to one of them.</summary>
internal sealed class EvenQueueBalancer(string provider, IServiceProvider services, ILogger<EvenQueueBalancer> logger) : QueueBalancerBase(services, logger)
{
    private readonly IClusterMembershipService _membership = services.GetRequiredService<IClusterMembershipService>();

    // Another silo is the first for each queue: else that one would have all queues which have a single partition.
    private readonly int _first = (int)(StableHash.Of(provider) & 0xffff);
    private QueueId[] _all = [];
    private volatile QueueId[] _mine = [];

    public override IEnumerable<QueueId> GetMyQueues() => _mine;

    public override Task Initialize(IStreamQueueMapper queueMapper)
    {
        // In the mapper's order, which is the same on every silo.
        _all = [.. queueMapper.GetAllQueues()];
        Deal(_membership.CurrentSnapshot.Members.Values.Where(m => m.Status == SiloStatus.Active).Select(m => m.SiloAddress));
        return base.Initialize(queueMapper);
    }

    protected override void OnClusterMembershipChange(HashSet<SiloAddress> activeSilos)
    {
        if (Deal(activeSilos))
        {
            NotifyListeners().Ignore();
        }
    }

    private bool Deal(IEnumerable<SiloAddress> active)
    {
        SiloAddress[] silos = [.. active.Order()];
        var me = Array.IndexOf(silos, SiloAddress);
        var mine = me < 0 ? [] : _all.Where((_, i) => (i + _first) % silos.Length == me).ToArray();
        var changed = !mine.AsSpan().SequenceEqual(_mine);
        _mine = mine;
        return changed;
    }
}
