using System.Collections.Concurrent;

namespace Orders;

/// <summary>Stands in for the books.</summary>
public sealed class Ledger
{
    private readonly ConcurrentQueue<(string OrderId, decimal Amount)> _payments = new();

    public void Book(string orderId, decimal amount)
    {
        if (amount <= 0)
        {
            throw new InvalidOperationException($"a payment of {amount} for {orderId} cannot be booked");
        }

        _payments.Enqueue((orderId, amount));
    }
}
