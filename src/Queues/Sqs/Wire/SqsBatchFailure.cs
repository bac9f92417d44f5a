namespace Eventide.Queues.Sqs.Wire;

/// <summary>An entry of a batch that SQS refused.</summary>
internal readonly record struct SqsBatchFailure(string Id, bool SenderFault, string Code, string Message);
