namespace Eventide.Queues.Redis.Protocol;

/// <summary>One value of a scanned reply: a place in the reply's bytes, or the head of an aggregate.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Start">Where its content begins, from the start of the reply.</param>
/// <param name="Length">How many bytes of content; of an aggregate, how many values belong to it directly.</param>
/// <param name="Head">Where its type byte stands, from the start of the reply.</param>
internal readonly record struct RespToken(RespType Type, int Start, int Length, int Head)
{
    /// <summary>Whether values follow that belong to this one.</summary>
    public bool IsAggregate => Type >= RespType.Array;
}
