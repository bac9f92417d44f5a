namespace Eventide.Queues.Sqs.Messages;

/// <summary>A message as it goes to SQS.</summary>
internal sealed class SqsEntry
{
    /// <summary>The body: UTF-8 that SQS takes.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    public required IReadOnlyDictionary<string, SqsAttributeValue> Attributes { get; init; }

    public int DelaySeconds { get; init; }

    public string? GroupId { get; init; }

    public string? DeduplicationId { get; init; }

    public string? TraceHeader { get; init; }

    /// <summary>What SQS counts against the limits of a message and a batch: the body, and of each attribute name, type and value.</summary>
    public required long Bytes { get; init; }
}
