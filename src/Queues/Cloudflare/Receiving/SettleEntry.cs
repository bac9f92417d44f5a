namespace Eventide.Queues.Cloudflare.Receiving;

/// <summary>One lease to be acknowledged (no delay) or marked for retry after a delay, and whose it is.</summary>
internal readonly record struct SettleEntry(SettleBatch Batch, int Index, string LeaseId, TimeSpan? Delay)
{
    public bool IsAck => Delay is null;
}
