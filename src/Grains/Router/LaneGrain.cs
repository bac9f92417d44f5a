using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Eventide.Orleans;

/// <inheritdoc cref="ILaneGrain"/>
/// <remarks>When silos join, some lanes belong elsewhere: such a lane takes no more, lets what it has run to its end, and goes. Only
/// then does it begin on the other silo, so that no group is ever handled on two.</remarks>
[LanePlacement]
[Reentrant]
internal sealed class LaneGrain(SiloQueues queues, RemoteSettlements remote, IClusterMembershipService membership, ILogger<LaneGrain> logger) : Grain, ILaneGrain
{
    private static readonly TimeSpan UsualStay = TimeSpan.FromMinutes(10);

    private readonly MessageDocument _document = new();
    private MembershipVersion _placedAt;
    private int _lane;
    private int _routing;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        _lane = int.Parse(key.AsSpan(key.LastIndexOf('g') + 1), System.Globalization.CultureInfo.InvariantCulture);
        _placedAt = membership.CurrentSnapshot.Version;
        return Task.CompletedTask;
    }

    public async Task<bool> RouteAsync(LaneItems batch)
    {
        if (queues.Find(batch.Queue) is not { } queue)
        {
            return false;
        }

        if (queue.IsStopping || BelongsElsewhere(queue))
        {
            if (_routing == 0 && !queue.HasWorkIn(_lane))
            {
                logger.LaneMoves(this.GetPrimaryKeyString());
                DeactivateOnIdle();
            }

            return false;
        }

        _routing++;
        try
        {
            if (batch.Holder.Equals(queue.Here))
            {
                foreach (var item in batch.Items)
                {
                    queue.Route(item.Local!, _document);
                }
            }
            else
            {
                await RouteRemoteAsync(queue, batch);
            }
        }
        finally
        {
            _routing--;
        }

        queue.WakeSlots();

        // A message that is parked behind another of its group has nothing but this silo's engine to remember it.
        DelayDeactivation(queue.LongestTimeout + UsualStay);
        return true;
    }

    private async Task RouteRemoteAsync(SiloQueue queue, LaneItems batch)
    {
        // The holder is told before anything runs: should this silo die, it gives the messages back at once.
        var mine = await remote.TakeAsync(batch.Holder, [.. batch.Items.Select(i => i.Key)]);
        for (var i = 0; i < mine.Length; i++)
        {
            if (mine[i])
            {
                var item = batch.Items[i];
                var delivery = new RemoteDelivery(item.Message, batch.Holder, item.Key, remote) { Lane = item.Lane };
                remote.Add(delivery);
                queue.Route(delivery, _document);
            }
        }
    }

    private bool BelongsElsewhere(SiloQueue queue)
    {
        var members = membership.CurrentSnapshot;
        if (members.Version == _placedAt)
        {
            return false;
        }

        var active = members.Members.Values.Where(m => m.Status == SiloStatus.Active).Select(m => m.SiloAddress);
        if (LanePlacementDirector.Choose(this.GetGrainId(), active) is { } owner && !owner.Equals(queue.Here))
        {
            return true;
        }

        _placedAt = members.Version;
        return false;
    }
}
