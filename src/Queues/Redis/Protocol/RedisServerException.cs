namespace Eventide.Queues.Redis.Protocol;

/// <summary>The server answered a command with an error.</summary>
internal sealed class RedisServerException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="text">The error as the server wrote it: <c>WRONGTYPE Operation against …</c>.</param>
    public RedisServerException(string text)
        : base(text)
    {
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        Code = space < 0 ? text : text[..space];
    }

    /// <summary>The error's first word: <c>ERR</c>, <c>NOGROUP</c>, <c>WRONGPASS</c>.</summary>
    public string Code { get; }
}
