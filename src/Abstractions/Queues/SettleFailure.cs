namespace Eventide;

/// <summary>One message of a batch that could not be acknowledged, released or extended.</summary>
/// <param name="Index">Its place in the batch, from 0.</param>
/// <param name="Kind">Whether trying again can help.</param>
/// <param name="Reason">What the queue said, in one line.</param>
public readonly record struct SettleFailure(int Index, SettleFailureKind Kind, string Reason);
