namespace Eventide.Queues.Redis.Connection;

/// <summary>There is no connection, or the one that a command was on is gone.</summary>
internal sealed class RedisConnectionException(string message, bool mayHaveRun, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>Whether the server may have carried the command out. False where it was never sent.</summary>
    public bool MayHaveRun { get; } = mayHaveRun;
}
