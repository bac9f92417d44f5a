using Microsoft.Extensions.Logging;

namespace Eventide.Cli;

/// <summary>What the command itself logs: event ids 5xx.</summary>
internal static partial class RunLog
{
    [LoggerMessage(500, LogLevel.Critical, "An exception was thrown outside of any message, on a thread that a handler started or in an async void method; that thread has ended, the worker goes on and will exit with code 1. Await what handlers start")]
    public static partial void StrayFailure(this ILogger logger, Exception exception);
}
