using Eventide;
using Eventide.Orleans;
using Microsoft.Extensions.Logging;
using Orleans;

namespace OrdersSilo;

/// <summary>A handler grain: one activation a customer in the whole cluster, which keeps what that customer has spent. No two messages of
/// one customer are handled at once, so it needs no lock.</summary>
[Handler("body.type == 'loyalty'", Name = "Loyalty")]
[HandlerGrain(Key = "body.customer_id")]
public sealed partial class CustomerGrain(ILogger<CustomerGrain> logger) : Grain, IHandlerGrain
{
    private decimal _spent;

    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        _spent += message.Json.GetProperty("amount").GetDecimal();
        Spent(logger, this.GetPrimaryKeyString(), _spent);
        return HandlerResult.Done;
    }

    [LoggerMessage(1, LogLevel.Information, "Customer {Customer} has spent {Spent}")]
    private static partial void Spent(ILogger logger, string customer, decimal spent);
}
