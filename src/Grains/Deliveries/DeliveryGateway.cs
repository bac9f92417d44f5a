using Microsoft.Extensions.Logging;
using Orleans;

namespace Eventide.Orleans;

/// <summary>The way from the engine to delivery grains.</summary>
internal sealed class DeliveryGateway(IGrainFactory grains, ILogger<DeliveryGateway> logger)
{
    /// <summary>Has a failed delivery taken over. When it returns, the message is stored.</summary>
    public Task HoldAsync(string queue, Message message, Settlement settlement, DateTimeOffset firstFailure, DateTimeOffset due)
    {
        var handler = settlement.Failure!.Handler!;
        return Of(queue, message, handler).HoldAsync(DeliveryState.Of(queue, handler, message, firstFailure, due));
    }

    /// <summary>Whether the cluster holds a message that has come again: its acknowledgement did not reach the queue.</summary>
    public async ValueTask<bool> HasAsync(string queue, Message message, string handler)
    {
        try
        {
            return await Of(queue, message, handler).HasAsync();
        }
        catch (Exception e)
        {
            // Once more is better than never.
            logger.HeldUnknown(message, e);
            return false;
        }
    }

    // Names and ids may hold anything: escaped, so that no two deliveries share a key.
    private IDeliveryGrain Of(string queue, Message message, string handler) => grains.GetGrain<IDeliveryGrain>(
        $"{Uri.EscapeDataString(queue)}/{Uri.EscapeDataString(message.Id)}/{Uri.EscapeDataString(handler)}");
}
