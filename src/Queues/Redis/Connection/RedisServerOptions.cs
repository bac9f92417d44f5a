namespace Eventide.Queues.Redis;

/// <summary>Where a Redis server is and how to speak with it.</summary>
public sealed record RedisServerOptions
{
    /// <summary>The port that Redis listens on by default: 6379.</summary>
    public const int DefaultPort = 6379;

    /// <summary>The host, by name or address. Default <c>localhost</c>. Not used with <see cref="SocketPath"/>.</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>The port, 1 to 65535. Default 6379.</summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>The path of the server's Unix socket, instead of host and port. Default none.</summary>
    public string? SocketPath { get; init; }

    /// <summary>TLS, or <see langword="null"/>, the default, for none.</summary>
    public RedisTlsOptions? Tls { get; init; }

    /// <summary>The ACL user. Default none: the user <c>default</c>.</summary>
    public string? User { get; init; }

    /// <summary>The password. Default none.</summary>
    public string? Password { get; init; }

    /// <summary>The database, from 0. Default 0.</summary>
    public int Database { get; init; }

    /// <summary>What the server's <c>CLIENT LIST</c> shows; printable ASCII without blanks. Default: <c>eventide</c>.</summary>
    public string ClientName { get; init; } = "eventide";

    /// <summary>Which protocol to speak. Default <see cref="RedisProtocolVersion.Auto"/>.</summary>
    public RedisProtocolVersion Protocol { get; init; }

    /// <summary>The longest time to connect, TLS and log-in included; 100 ms to 5 min. Default 5 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest time from sending a command to its reply (what the command itself waits not counted); 100 ms to 5 min.
    /// Default 5 s. A connection that misses it is taken for dead, as a half-open one is.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After how long without traffic a connection is tried with a <c>PING</c>; 1 s to 1 h. Default 15 s.</summary>
    public TimeSpan PingInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The pause before connecting again after a first failure; doubled with each further one and jittered; 1 ms to 1 min.
    /// Default 50 ms.</summary>
    public TimeSpan MinReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause before connecting again; at least <see cref="MinReconnectDelay"/>, at most 5 min. Default 5 s.</summary>
    public TimeSpan MaxReconnectDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The server as people see it, without secrets: <c>redis://localhost:6379/0</c>.</summary>
    public override string ToString() => SocketPath is { } path
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"redis+unix://{path}?db={Database}")
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(Tls is null ? "redis" : "rediss")}://{Host}:{Port}/{Database}");

    /// <summary>Checks every option.</summary>
    /// <returns>What is wrong, one line each; empty when all is well.</returns>
    internal IEnumerable<string> Validate()
    {
        if (SocketPath is null && string.IsNullOrWhiteSpace(Host))
        {
            yield return "Host is empty; expected a name, an address, or SocketPath.";
        }

        if (Port is < 1 or > 65535)
        {
            yield return $"Port is {Port}; expected 1 to 65535.";
        }

        if (Database < 0)
        {
            yield return $"Database is {Database}; expected 0 or more.";
        }

        if (User is not null && Password is null)
        {
            yield return $"User is '{User}' but Password is missing; expected both, or neither.";
        }

        if (ClientName.Length == 0 || ClientName.Any(c => c is <= ' ' or > '~'))
        {
            yield return $"ClientName is '{ClientName}'; expected printable ASCII without blanks.";
        }

        if (!Enum.IsDefined(Protocol))
        {
            yield return $"Protocol is {Protocol}; expected Auto, Resp2 or Resp3.";
        }

        foreach (var (name, value, min, max) in new[]
        {
            (nameof(ConnectTimeout), ConnectTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)),
            (nameof(CommandTimeout), CommandTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5)),
            (nameof(PingInterval), PingInterval, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            (nameof(MinReconnectDelay), MinReconnectDelay, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1)),
            (nameof(MaxReconnectDelay), MaxReconnectDelay, MinReconnectDelay, TimeSpan.FromMinutes(5)),
        })
        {
            if (value < min || value > max)
            {
                yield return $"{name} is {value}; expected {min} to {max}.";
            }
        }
    }
}
