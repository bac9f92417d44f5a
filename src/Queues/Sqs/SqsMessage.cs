namespace Eventide.Queues.Sqs;

/// <summary>SQS' own form of a message: <see cref="Message.Native"/> of what an SQS receiver delivers.</summary>
public sealed class SqsMessage
{
    /// <summary>SQS' id of the message.</summary>
    public string MessageId { get; internal set; } = "";

    /// <summary>The handle on this delivery.</summary>
    public string ReceiptHandle { get; internal set; } = "";

    /// <summary>Which delivery this is, from 1; SQS calls it approximate.</summary>
    public int ReceiveCount { get; internal set; } = 1;

    /// <summary>When SQS took the message.</summary>
    public DateTimeOffset? SentAt { get; internal set; }

    /// <summary>When it was first delivered.</summary>
    public DateTimeOffset? FirstReceivedAt { get; internal set; }

    /// <summary>The message group id: the order's on a FIFO queue, fairness' on a standard one.</summary>
    public string? GroupId { get; internal set; }

    /// <summary>The deduplication id, on a FIFO queue.</summary>
    public string? DeduplicationId { get; internal set; }

    /// <summary>The sequence number within the group, on a FIFO queue.</summary>
    public string? SequenceNumber { get; internal set; }

    /// <summary>The X-Ray trace header.</summary>
    public string? TraceHeader { get; internal set; }

    /// <summary>The queue that a message of a dead-letter queue came from, as SQS' own redrive notes it.</summary>
    public string? DeadLetterSourceArn { get; internal set; }

    /// <summary>The message attributes, with their types, as they were delivered.</summary>
    public IReadOnlyDictionary<string, SqsAttributeValue> Attributes { get; internal set; } = NoAttributes;

    internal static IReadOnlyDictionary<string, SqsAttributeValue> NoAttributes { get; } =
        System.Collections.ObjectModel.ReadOnlyDictionary<string, SqsAttributeValue>.Empty;

    /// <summary>When the delivery's answer arrived, by the provider's clock: its lease began before.</summary>
    internal DateTimeOffset ReceivedAt { get; set; }

    internal byte[] Body { get; set; } = [];

    internal string? BodyMd5 { get; set; }

    internal string? AttributesMd5 { get; set; }
}
