using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Concurrency;
using Orleans.GrainDirectory;
using Orleans.Placement;
using Orleans.Runtime;
using Orleans.Streams;
using Orleans.Streams.Core;

namespace Eventide.Orleans;

/// <summary>Finds the handlers of one partition's messages by its silo's routing table and gives each message to the silo's engine, which
/// runs it beside and settles it by itself; those with an order to keep are sent on to their lanes. It waits for no handler and for
/// no other silo, and throws nothing to the stream's agent: no message can hold up those behind it, but for those of its own group.</summary>
[ImplicitStreamSubscription(StreamNames.Namespace)]
[PreferLocalPlacement]
[GrainDirectory(RouterDirectory.Name)]
[Reentrant]
internal sealed class RouterGrain(SiloQueues queues, ILogger<RouterGrain> logger)
    : Grain, IRouterGrain, IStreamSubscriptionObserver, IAsyncObserver<LaneItems>
{
    private readonly MessageDocument _document = new();
    private SiloQueue? _queue;

    public async Task OnSubscribed(IStreamSubscriptionHandleFactory handleFactory) =>
        await handleFactory.Create<LaneItems>().ResumeAsync(this);

    public Task OnNextAsync(LaneItems item, StreamSequenceToken? token = null)
    {
        try
        {
            var queue = _queue ??= queues.Get(item.Queue);
            foreach (var one in item.Items)
            {
                // Without the delivery itself it has come to another silo, which a silo that is leaving may bring about: its holder
                // finds it stranded and gives it back.
                if (one.Local is not { } delivery)
                {
                    throw new InvalidOperationException($"The messages of {item.Holder} came to a router on {queue.Here}.");
                }

                if (delivery.Lane is null)
                {
                    queue.Route(delivery, _document);
                }
                else
                {
                    queue.SendToLane(delivery);
                }
            }

            queue.WakeSlots();
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

        return Task.CompletedTask;
    }

    public Task OnCompletedAsync() => Task.CompletedTask;

    public Task OnErrorAsync(Exception ex)
    {
        logger.RouterFailed(this.GetPrimaryKeyString(), ex);
        return Task.CompletedTask;
    }
}
