using Eventide.Queues.Redis.Protocol;

namespace Eventide.Queues.Redis.Connection;

/// <summary>A command that has been sent, or is about to be, and whose reply is awaited.</summary>
internal abstract class PendingReply(string command, long deadline)
{
    /// <summary>The command's first word, for messages.</summary>
    public string Command { get; } = command;

    /// <summary>By when the reply must have come, as a timestamp of the connection's time.</summary>
    public long Deadline { get; } = deadline;

    /// <summary>Hands over the reply.</summary>
    public abstract void Complete(RespReply reply);

    /// <summary>Tells that none will come.</summary>
    public abstract void Fail(Exception exception);
}
