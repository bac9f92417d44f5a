namespace Orders;

/// <summary>The body of a <c>new_order</c> message.</summary>
public sealed record NewOrder(string OrderId, string CustomerId, decimal Total, IReadOnlyList<OrderItem> Items);

/// <summary>One line of an order.</summary>
public sealed record OrderItem(string Sku, int Quantity);
