using Orleans;

namespace Eventide.Orleans;

/// <summary>One delivery on its way to where it is routed. On the silo that holds its lease it is the delivery itself; elsewhere the message and the key.</summary>
[GenerateSerializer]
[Immutable]
[Alias("Eventide.LaneItem")]
internal sealed class LaneItem
{
    [Id(0)]
    public long Key { get; init; }

    [Id(1)]
    public Message Message { get; init; } = null!;

    [Id(2)]
    public string? Lane { get; init; }

    /// <summary>The delivery, on the silo that holds its lease.</summary>
    [field: NonSerialized]
    public PartitionDelivery? Local { get; init; }

    public static LaneItem Of(PartitionDelivery delivery) =>
        new() { Key = delivery.Key, Message = delivery.Message, Lane = delivery.Lane, Local = delivery };
}
