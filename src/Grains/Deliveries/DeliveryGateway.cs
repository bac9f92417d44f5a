using Microsoft.Extensions.Logging;
using Orleans;

namespace Eventide.Orleans;

/// <summary>The way from the engine to delivery grains.</summary>
internal sealed class DeliveryGateway(IGrainFactory grains, EventideClock clock, ILogger<DeliveryGateway> logger)
{
    // Longer than it takes, with usual settings, to find a silo dead.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Has a failed delivery taken over. When it returns, the message is stored.</summary>
    public Task HoldAsync(string queue, Message message, Settlement settlement, DateTimeOffset firstFailure, DateTimeOffset due)
    {
        var handler = settlement.Failure!.Handler!;
        return Of(queue, message, handler).HoldAsync(DeliveryState.Of(queue, handler, message, firstFailure, due));
    }

    /// <summary>Whether the cluster holds a message that has come again: its acknowledgement did not reach the queue. Where the grain's
    /// silo has died and the cluster does not know yet, waits until it does.</summary>
    public async ValueTask<bool> HasAsync(string queue, Message message, string handler)
    {
        var grain = Of(queue, message, handler);
        var since = clock.Time.GetTimestamp();
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await grain.HasAsync();
            }
            catch (Exception e) when (clock.Time.GetElapsedTime(since) < Patience)
            {
                logger.HeldNotKnownYet(message, tries, e.Message);
                await Task.Delay(Backoff.OfCalls.After(tries), clock.Time);
            }
            catch (Exception e)
            {
                // Once more is better than never.
                logger.HeldUnknown(message, e);
                return false;
            }
        }
    }

    // Names and ids may hold anything: escaped, so that no two deliveries share a key.
    private IDeliveryGrain Of(string queue, Message message, string handler) => grains.GetGrain<IDeliveryGrain>(
        $"{Uri.EscapeDataString(queue)}/{Uri.EscapeDataString(message.Id)}/{Uri.EscapeDataString(handler)}");
}
