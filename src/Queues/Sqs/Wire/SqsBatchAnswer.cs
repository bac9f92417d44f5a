namespace Eventide.Queues.Sqs.Wire;

/// <summary>The answer to a batch.</summary>
internal readonly record struct SqsBatchAnswer(List<SqsSent> Successful, List<SqsBatchFailure> Failed);
