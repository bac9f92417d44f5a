using Microsoft.Extensions.Logging;

namespace Eventide;

/// <summary>All that a worker logs. Event ids are stable: 1xx life of the worker, 2xx messages, 3xx the queue, 4xx the user's code.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(100, LogLevel.Information, "Worker of {Queue} started: {Concurrency} handlers at once, buffer {Buffer}, lease {Lease}, {Handlers} handlers")]
    public static partial void Started(this ILogger logger, string queue, int concurrency, int buffer, TimeSpan lease, int handlers);

    [LoggerMessage(101, LogLevel.Information, "Worker of {Queue} is stopping: {Running} handlers running, {Buffered} messages given back")]
    public static partial void Stopping(this ILogger logger, string queue, long running, long buffered);

    [LoggerMessage(102, LogLevel.Information, "Worker of {Queue} stopped: {Received} received, {Succeeded} succeeded, {Failed} failed, {Retried} retried, {DeadLettered} dead-lettered")]
    public static partial void Stopped(this ILogger logger, string queue, long received, long succeeded, long failed, long retried, long deadLettered);

    [LoggerMessage(103, LogLevel.Warning, "Worker of {Queue}: {Running} handlers were still running after the drain time of {Drain}; their tokens are cancelled and their messages given back")]
    public static partial void DrainOver(this ILogger logger, string queue, int running, TimeSpan drain);

    [LoggerMessage(104, LogLevel.Critical, "Worker of {Queue}: all {Slots} handler slots are stuck, nothing can be handled any more; the worker stops so that its process can be restarted")]
    public static partial void Stalled(this ILogger logger, string queue, int slots);

    [LoggerMessage(105, LogLevel.Warning, "{Queue} has no dead-letter queue: messages that are given up stay in it and come back every {Delay}; name one with DeadLetter")]
    public static partial void NoDeadLetterQueue(this ILogger logger, string queue, TimeSpan delay);

    [LoggerMessage(106, LogLevel.Warning, "Worker of {Queue} stopped before {Count} settlements were confirmed; the queue will deliver these messages again")]
    public static partial void SettlementsLeft(this ILogger logger, string queue, int count);

    [LoggerMessage(200, LogLevel.Warning, "{Handler} failed on {Message}: {Reason}; retry in {Delay}")]
    public static partial void Retry(this ILogger logger, string? handler, Message message, string reason, TimeSpan delay, Exception? exception);

    [LoggerMessage(201, LogLevel.Error, "{Message} is dead-lettered ({Handler}, {Kind}): {Reason}")]
    public static partial void DeadLettered(this ILogger logger, Message message, string? handler, HandlerFailureKind kind, string reason, Exception? exception);

    [LoggerMessage(202, LogLevel.Warning, "{Message} is unmatched ({Reason}), policy {Policy}: {Summary}")]
    public static partial void Unmatched(this ILogger logger, Message message, string reason, UnmatchedPolicy policy, string summary);

    [LoggerMessage(203, LogLevel.Error, "{Message} cannot be dead-lettered and stays in its queue, to come back in {Delay}: {Reason}")]
    public static partial void DeadLetterFailed(this ILogger logger, Message message, TimeSpan delay, string reason);

    [LoggerMessage(204, LogLevel.Warning, "The lease of {Message} was lost: another consumer may have it now; {What}")]
    public static partial void LeaseLost(this ILogger logger, Message message, string what);

    [LoggerMessage(205, LogLevel.Error, "{Message} is done but could not be acknowledged: {Reason}; if it comes back to this process it is acknowledged, not run again")]
    public static partial void AcknowledgeFailed(this ILogger logger, Message message, string reason);

    [LoggerMessage(206, LogLevel.Warning, "{Message} could not be given back: {Reason}; it comes back when its lease ends")]
    public static partial void ReleaseFailed(this ILogger logger, Message message, string reason);

    [LoggerMessage(207, LogLevel.Error, "{Message} was delivered {Attempts} times, more than {Handler} may fail ({Limit}) with an allowance for crashes ({Allowance}): it is given up without being run, as it seems to end the process")]
    public static partial void TooManyDeliveries(this ILogger logger, Message message, int attempts, string handler, int limit, int allowance);

    [LoggerMessage(208, LogLevel.Information, "{Message} is done; the queue says that it is not ours any more after an acknowledgement whose answer was lost, so either that was carried out or another consumer has it again")]
    public static partial void AcknowledgedBefore(this ILogger logger, Message message);

    [LoggerMessage(209, LogLevel.Critical, "{Message} is lost: {Reason}, and there is no dead-letter queue: {Summary}")]
    public static partial void Unhandled(this ILogger logger, Message message, string reason, string summary);

    [LoggerMessage(300, LogLevel.Warning, "{Queue}: receiving failed ({Failures} in a row), next try in {Delay}: {Reason}")]
    public static partial void ReceiveFailed(this ILogger logger, string queue, int failures, TimeSpan delay, string reason, Exception exception);

    [LoggerMessage(301, LogLevel.Information, "{Queue}: receiving works again after {Failures} failures")]
    public static partial void ReceiveRecovered(this ILogger logger, string queue, int failures);

    [LoggerMessage(302, LogLevel.Warning, "{Queue}: renewing {Count} leases failed, tried again soon: {Reason}")]
    public static partial void RenewFailed(this ILogger logger, string queue, int count, string reason);

    [LoggerMessage(303, LogLevel.Information, "{Queue}: {Setting} of {Asked} is more than the queue allows; {Given} is used")]
    public static partial void Clamped(this ILogger logger, string queue, string setting, TimeSpan asked, TimeSpan given);

    [LoggerMessage(304, LogLevel.Warning, "{Queue}: {What} failed, tried again in {Delay}: {Reason}")]
    public static partial void SettleRetry(this ILogger logger, string queue, string what, TimeSpan delay, string reason);

    [LoggerMessage(305, LogLevel.Warning, "{Queue} did not tell its backlog: {Reason}")]
    public static partial void BacklogUnknown(this ILogger logger, string queue, string reason);

    [LoggerMessage(306, LogLevel.Warning, "{Queue} could not be closed properly")]
    public static partial void CloseFailed(this ILogger logger, string queue, Exception exception);

    [LoggerMessage(400, LogLevel.Error, "{Handler} goes on {Over} after its token was cancelled on {Message}: it is stuck, its slot stays taken and the lease is no longer renewed")]
    public static partial void Stuck(this ILogger logger, string handler, TimeSpan over, Message message);

    [LoggerMessage(401, LogLevel.Warning, "{Handler}, stuck on {Message}, has come back; what it returned is ignored, its slot is free again")]
    public static partial void Unstuck(this ILogger logger, string handler, Message message);

    [LoggerMessage(402, LogLevel.Error, "A hook of {Hooks} failed in {Event}; the message is not affected")]
    public static partial void HookFailed(this ILogger logger, string hooks, string @event, Exception exception);

    [LoggerMessage(403, LogLevel.Warning, "The rule '{Rule}' of {Handler} failed on {Message} and does not match: {Reason} (further failures of this rule are only counted)")]
    public static partial void RuleFailed(this ILogger logger, string rule, string handler, Message message, string reason);

    [LoggerMessage(404, LogLevel.Critical, "The engine failed on {Message}; the message is given back. This is a defect of Eventide")]
    public static partial void EngineFault(this ILogger logger, Message message, Exception exception);
}
