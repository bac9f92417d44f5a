using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Concurrency;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Eventide.Orleans;

/// <summary>Finds the handlers of one stream's messages by its silo's routing table and gives each message to the silo's engine, which
/// runs it beside and settles it by itself. It waits for no handler and throws nothing to the stream's agent: no message can hold
/// up those behind it, but for those of its own group.</summary>
[ImplicitStreamSubscription(StreamNames.Namespace)]
[PreferLocalPlacement]
[Reentrant]
internal sealed class RouterGrain(SiloQueues queues, RemoteSettlements remote, ILogger<RouterGrain> logger)
    : Grain, IRouterGrain, IStreamSubscriptionObserver, IAsyncObserver<LaneItems>
{
    private static readonly TimeSpan UsualStay = TimeSpan.FromMinutes(10);

    private readonly MessageDocument _document = new();
    private SiloQueue? _queue;

    public async Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        await handleFactory.Create<LaneItems>().ResumeAsync(this);

    public async Task OnNextAsync(LaneItems item, StreamSequenceToken? token = null)
    {
        try
        {
            var queue = _queue ??= queues.Get(item.Queue);
            if (item.Holder.Equals(queue.Here))
            {
                foreach (var lane in item.Items)
                {
                    Route(queue, lane.Local!);
                }
            }
            else
            {
                await RouteRemoteAsync(queue, item);
            }

            queue.WakeSlots();

            // A message that is parked behind another of its group has nothing but this silo's engine to remember it.
            if (queue.LongestTimeout > UsualStay)
            {
                DelayDeactivation(queue.LongestTimeout + UsualStay);
            }
        }
        catch (Exception e)
        {
            // Those given to the engine are its own; the others are given back here, or by their holder when it finds them stranded.
            logger.RouterFailed(this.GetPrimaryKeyString(), e);
            item.Items.ForEach(i =>
            {
                if (i.Local is { Accepted: false } delivery)
                {
                    delivery.Partition.Withdraw(delivery);
                }
            });
        }
    }

    public Task OnCompletedAsync() => Task.CompletedTask;

    public Task OnErrorAsync(Exception ex)
    {
        logger.RouterFailed(this.GetPrimaryKeyString(), ex);
        return Task.CompletedTask;
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
                Route(queue, delivery);
            }
        }
    }

    private void Route(SiloQueue queue, RoutedDelivery delivery)
    {
        _document.Load(delivery.Message);
        delivery.Routes = queue.Table.Match(_document, delivery.Message, queue.OnRuleFailed);
        _document.Clear();
        queue.Accept(delivery);
    }
}
