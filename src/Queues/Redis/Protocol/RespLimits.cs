namespace Eventide.Queues.Redis.Protocol;

/// <summary>How large a reply may be before the connection is given up. A server that keeps to the protocol never comes
/// near them; they bound what a broken or hostile one can make this process hold.</summary>
internal sealed record RespLimits
{
    /// <summary>The limits that connections use.</summary>
    public static RespLimits Default { get; } = new();

    /// <summary>The most bytes of one reply. Default 1 GiB: no value of Redis is longer than 512 MiB.</summary>
    public int MaxReplyBytes { get; init; } = 1 << 30;

    /// <summary>The most values in one reply, aggregates counted too. Default 16 Mi.</summary>
    public int MaxValues { get; init; } = 1 << 24;

    /// <summary>The deepest nesting. Default 32: replies of streams nest 5 deep.</summary>
    public int MaxDepth { get; init; } = 32;

    /// <summary>The longest line: a status, an error, a number. Default 64 KiB.</summary>
    public int MaxLineBytes { get; init; } = 1 << 16;
}
