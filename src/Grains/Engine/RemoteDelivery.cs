using Orleans.Runtime;

namespace Eventide.Orleans;

/// <summary>A delivery routed and run here whose lease another silo holds: it renews the lease and settles on our word. Should that
/// silo die, the lease lapses and the message comes again.</summary>
internal sealed class RemoteDelivery(Message message, SiloAddress holder, long key, RemoteSettlements settlements) : RoutedDelivery(new LeasedMessage(message, null))
{
    public SiloAddress Holder { get; } = holder;

    public long Key { get; } = key;

    public override void Acknowledge() => settlements.Send(this, new RemoteSettlement(Key, RemoteSettlementKind.Acknowledge));

    public override void Release(TimeSpan delay, bool uncounted) => settlements.Send(this, new RemoteSettlement(Key, RemoteSettlementKind.Release, delay, uncounted));

    public override void Forget() => settlements.Send(this, new RemoteSettlement(Key, RemoteSettlementKind.Forget));

    // The holder keeps it until told otherwise.
    public override void Keep()
    {
    }
}
