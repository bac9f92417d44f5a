namespace Eventide.Orleans;

/// <summary>What the silo that holds a lease is to do.</summary>
internal enum RemoteSettlementKind
{
    Acknowledge = 0,
    Release = 1,
    Forget = 2,
}
