namespace Eventide.Queues.Sqs.Tests.Conformance;

/// <summary>A FIFO queue of fauxqs, which gives out one message of a group at a time: so messages without a group get one each.</summary>
public sealed class SqsFifoHarness : SqsHarness
{
    private int _groups;

    public override bool CarriesGroups => true;

    protected override bool IsFifo => true;

    public override OutgoingMessage Prepare(OutgoingMessage message) => message.Group is null
        ? message with { Group = $"alone-{Interlocked.Increment(ref _groups)}" }
        : message;
}
