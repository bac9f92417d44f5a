using Eventide;

namespace Orders;

/// <summary>Reserves what was ordered. A busy warehouse is worth another try; anything else is not.</summary>
[Handler("body.type == 'new_order'", RetryLimit = 3, RetryFor = [typeof(WarehouseBusyException)])]
public sealed class NewOrderHandler(Warehouse warehouse) : IMessageHandler<NewOrder>
{
    public async Task<HandlerResult> HandleAsync(NewOrder body, Message message, CancellationToken cancellationToken)
    {
        await warehouse.ReserveAsync(body, cancellationToken);
        return HandlerResult.Success;
    }
}
