using Eventide;

namespace Orders;

/// <summary>Books a payment.</summary>
[Handler("body.type == 'payment_confirmed'", RetryLimit = 2)]
public sealed class PaymentConfirmedHandler(Ledger ledger) : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        ledger.Book(
            message.Json.GetProperty("order_id").GetString()!,
            message.Json.GetProperty("amount").GetDecimal());
        return HandlerResult.Done;
    }
}
