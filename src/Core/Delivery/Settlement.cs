namespace Eventide;

/// <summary>A decision: what is to become of one delivery of a message to a handler.</summary>
/// <param name="Kind">What.</param>
/// <param name="Delay">With <see cref="SettlementKind.Retry"/> and <see cref="SettlementKind.Release"/>: in how long.</param>
/// <param name="Failure">Why, where it did not succeed.</param>
public readonly record struct Settlement(SettlementKind Kind, TimeSpan Delay = default, HandlerFailure? Failure = null)
{
    /// <summary>It is done.</summary>
    public static Settlement Acknowledge => default;
}
