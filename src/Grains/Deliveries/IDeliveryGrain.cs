using Orleans;
using Orleans.Concurrency;

namespace Eventide.Orleans;

/// <summary>Holds one failed delivery, of one message to one handler, until it is settled.</summary>
[Alias("Eventide.IDeliveryGrain")]
internal interface IDeliveryGrain : IDueGrain
{
    /// <summary>Takes a delivery over. When it returns, the message is stored and its reminder set.</summary>
    [Alias("Hold")]
    Task HoldAsync([Immutable] DeliveryState delivery);

    /// <summary>Whether the message is held here, or was settled here a moment ago.</summary>
    [Alias("Has")]
    [AlwaysInterleave]
    [ResponseTimeout("00:00:10")]
    Task<bool> HasAsync();
}
