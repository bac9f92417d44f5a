namespace Eventide;

/// <summary>What is remembered of messages beyond one delivery. An engine with several receivers on one queue shares it between
/// their settlers: a redelivery may come through any of them.</summary>
internal sealed class SettlementMemory
{
    private const int Capacity = 100_000;

    /// <summary>Messages whose work is done, though the queue may not know.</summary>
    public MessageMemory<bool> Done { get; } = new(Capacity);

    /// <summary>When messages failed first.</summary>
    public MessageMemory<DateTimeOffset> FirstFailures { get; } = new(Capacity);
}
