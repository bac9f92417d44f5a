using Microsoft.Extensions.Logging;
using Orleans;

namespace Eventide.Orleans;

/// <summary>Brings messages with an order to keep to the grain of their lane, in that order: one batch at a time, each until it has
/// arrived or nobody waits for it any more. While a lane cannot be reached its messages stay here, their leases renewed; no other
/// lane waits for it.</summary>
internal sealed class LaneSender(SiloQueue queue, int lane)
{
    private readonly ILaneGrain _grain = queue.Grains.GetGrain<ILaneGrain>(StreamNames.OfLane(queue.Name, lane));
    private readonly Queue<PartitionDelivery> _waiting = new();
    private readonly Lock _lock = new();
    private bool _sending;

    public void Add(PartitionDelivery delivery)
    {
        // Not yet on its way: a partition that stops receiving gives it back.
        delivery.HandedOut = false;
        lock (_lock)
        {
            _waiting.Enqueue(delivery);
            if (_sending)
            {
                return;
            }

            _sending = true;
        }

        _ = Task.Run(SendAsync);
    }

    private async Task SendAsync()
    {
        var batch = new List<PartitionDelivery>();
        for (var failures = 0; Fill(batch);)
        {
            try
            {
                if (await _grain.RouteAsync(new LaneItems { Queue = queue.Name, Holder = queue.Here, Items = batch.ConvertAll(LaneItem.Of) }))
                {
                    batch.Clear();
                    failures = 0;
                    continue;
                }

                failures++;
            }
            catch (Exception e)
            {
                failures++;
                queue.Logger.LaneFailed(queue.Name, lane, batch.Count, failures, e);
            }

            foreach (var delivery in batch)
            {
                if (queue.IsStopping)
                {
                    delivery.Partition.Withdraw(delivery);
                }
                else
                {
                    delivery.HandedOut = false;
                }
            }

            await Task.Delay(Backoff.OfCalls.After(failures), queue.Time);
        }
    }

    /// <summary>Takes what is to be brought next, after what has not arrived before; what has been given back meanwhile, or has
    /// arrived although the answer did not, is left out.</summary>
    /// <returns>Whether there is anything.</returns>
    private bool Fill(List<PartitionDelivery> batch)
    {
        batch.RemoveAll(static d => !d.IsWaiting);
        lock (_lock)
        {
            while (batch.Count < queue.Silo.BatchSize && _waiting.TryDequeue(out var delivery))
            {
                if (delivery.IsWaiting)
                {
                    batch.Add(delivery);
                }
            }

            _sending = batch.Count > 0;
        }

        foreach (var delivery in batch)
        {
            delivery.HandedOut = true;
        }

        return batch.Count > 0;
    }
}
