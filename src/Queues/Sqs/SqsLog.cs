using Microsoft.Extensions.Logging;

namespace Eventide.Queues.Sqs;

/// <summary>What the provider writes to the log. Event ids 4100 to 4199.</summary>
internal static partial class SqsLog
{
    [LoggerMessage(4100, LogLevel.Warning, "{Queue}: message {MessageId} arrived damaged (its MD5 differs, delivery {ReceiveCount}); it is put back for {Seconds} s.")]
    public static partial void Damaged(ILogger logger, string queue, string messageId, int receiveCount, int seconds);

    [LoggerMessage(4101, LogLevel.Warning, "{Queue}: {Count} messages could not be put back at once ({Reason}); SQS delivers them again when their lease ends.")]
    public static partial void NotPutBack(ILogger logger, string queue, int count, string reason);

    [LoggerMessage(4102, LogLevel.Debug, "{Queue}: {Count} messages came after the receive was given up; they were put back.")]
    public static partial void PutBack(ILogger logger, string queue, int count);

    [LoggerMessage(4103, LogLevel.Warning, "{Queue}: a receive failed while nobody waited for it.")]
    public static partial void ReceiveFailed(ILogger logger, Exception exception, string queue);

    [LoggerMessage(4104, LogLevel.Warning, "{Queue}: receives were still under way {Seconds} s after stopping, and were broken off; what SQS took for them comes back when its lease ends.")]
    public static partial void BrokenOff(ILogger logger, string queue, double seconds);

    [LoggerMessage(4105, LogLevel.Warning, "{Queue}: its attributes may not be read (sqs:GetQueueAttributes is missing), so its redrive policy is unknown, and SQS' defaults are assumed.")]
    public static partial void NoAttributes(ILogger logger, Exception exception, string queue);

    [LoggerMessage(4106, LogLevel.Information, "{Queue}: SQS itself moves a message to {DeadLetterQueue} after {MaxReceiveCount} deliveries; keep it above RetryLimit + 1, or SQS gets ahead of Eventide's own dead-lettering.")]
    public static partial void RedrivePolicy(ILogger logger, string queue, string deadLetterQueue, int maxReceiveCount);

    [LoggerMessage(4107, LogLevel.Debug, "{Queue}: {Count} messages waited too long for the engine and were put back.")]
    public static partial void NotFetched(ILogger logger, string queue, int count);

    [LoggerMessage(4108, LogLevel.Debug, "{Queue}: {Count} messages were dropped, as their lease ran out before the engine fetched them; SQS delivers them again.")]
    public static partial void Expired(ILogger logger, string queue, int count);
}
