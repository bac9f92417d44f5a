namespace Eventide.Queues.Redis.Connection;

/// <summary>What a server told of itself when a connection was opened.</summary>
/// <param name="ClientId">The server's number for the connection, which <c>CLIENT UNBLOCK</c> takes; <see langword="null"/> where the
/// server did not tell.</param>
/// <param name="Version">The server's version; 0.0 where it did not tell.</param>
/// <param name="Protocol">The version of RESP that is spoken.</param>
internal sealed record RedisServerInfo(long? ClientId, Version Version, int Protocol)
{
    /// <summary>Nothing is known.</summary>
    public static RedisServerInfo Unknown { get; } = new(null, new Version(0, 0), 2);
}
