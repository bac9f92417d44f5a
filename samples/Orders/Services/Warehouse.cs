using System.Collections.Concurrent;

namespace Orders;

/// <summary>Stands in for a remote warehouse, one that is busy the first two times that desks are asked for.</summary>
public sealed class Warehouse
{
    private readonly ConcurrentDictionary<string, int> _asked = new();

    public async Task ReserveAsync(NewOrder order, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        var asked = _asked.AddOrUpdate(order.OrderId, 1, (_, before) => before + 1);
        if (asked <= 2 && order.Items.Any(item => item.Sku == "desk"))
        {
            throw new WarehouseBusyException($"the warehouse is busy, no desk could be reserved for {order.OrderId}");
        }
    }
}
