namespace Eventide.Queues.Sqs.Wire;

/// <summary>An entry of a batch that SQS took.</summary>
internal readonly record struct SqsSent(string Id, string? MessageId, string? BodyMd5, string? AttributesMd5);
