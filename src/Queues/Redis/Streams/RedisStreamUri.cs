using System.Globalization;

namespace Eventide.Queues.Redis;

/// <summary>Reads <see cref="RedisStreamOptions"/> out of a <see cref="QueueUri"/>.</summary>
internal static class RedisStreamUri
{
    /// <summary>The forms of URI, for messages to people.</summary>
    public const string Form = "redis[s]://[user:password@]host[:port][/db]?stream=S[&group=G], redis+unix:///path/to/socket?stream=S";

    private static readonly string[] Names =
    [
        "stream", "group", "consumer", "from", "format", "body-field", "group-field", "attribute-prefix", "values", "dead-letter", "delete",
        "max-length", "max-age", "min-id", "trim", "trim-unread", "sweep-interval", "claim-interval", "consumer-expiry", "max-batch",
        "max-message-bytes", "db", "client-name", "resp", "connect-timeout", "command-timeout", "ping-interval", "min-reconnect-delay",
        "max-reconnect-delay", "tls-ca", "tls-cert", "tls-key", "tls-host",
    ];

    /// <summary>Whether a URI names a Redis stream.</summary>
    public static bool Handles(QueueUri uri) => uri.Scheme is "redis" or "rediss" or "redis+unix" or "valkey" or "valkeys";

    /// <summary>Reads the options.</summary>
    /// <exception cref="FormatException">Something is wrong; the message says what and what was expected.</exception>
    public static RedisStreamOptions Read(QueueUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var unknown = uri.Options.Keys.Where(k => !Names.Contains(k, StringComparer.OrdinalIgnoreCase)).ToArray();
        if (unknown.Length > 0)
        {
            throw new FormatException($"{uri}: no option is called '{string.Join("', '", unknown)}'; expected some of {string.Join(", ", Names)}.");
        }

        var options = new UriOptions(uri);
        var fallback = new RedisStreamOptions();
        var result = new RedisStreamOptions
        {
            Server = Server(uri, options),
            Stream = options.Text("stream") ?? throw new FormatException($"{uri}: the option 'stream' is missing; expected {Form}."),
            Group = options.Text("group") ?? fallback.Group,
            Consumer = options.Text("consumer"),
            Start = options.Choice("from", fallback.Start, ("start", RedisStreamStart.Start), ("end", RedisStreamStart.End)),
            Format = options.Choice("format", fallback.Format, ("body", RedisBodyFormat.Body), ("fields", RedisBodyFormat.Fields)),
            BodyField = options.Text("body-field"),
            GroupField = options.Text("group-field") ?? fallback.GroupField,
            AttributePrefix = options.Text("attribute-prefix") ?? fallback.AttributePrefix,
            Values = options.Choice("values", fallback.Values, ("text", RedisFieldValues.Text), ("typed", RedisFieldValues.Typed)),
            DeadLetterStream = options.Text("dead-letter"),
            DeleteAcknowledged = options.Flag("delete"),
            MaxLength = options.Number("max-length"),
            MaxAge = options.Duration("max-age"),
            MinId = options.Text("min-id"),
            TrimExactly = options.Choice("trim", defaultValue: false, ("approximate", false), ("exact", true)),
            TrimUnread = options.Flag("trim-unread"),
            SweepInterval = options.Duration("sweep-interval") ?? fallback.SweepInterval,
            ClaimInterval = options.Duration("claim-interval"),
            ConsumerExpiry = options.Duration("consumer-expiry") ?? fallback.ConsumerExpiry,
            MaxBatch = (int)Math.Min(int.MaxValue, options.Number("max-batch") ?? fallback.MaxBatch),
            MaxMessageBytes = options.Number("max-message-bytes") ?? fallback.MaxMessageBytes,
        };
        try
        {
            result.Validate();
        }
        catch (FormatException e)
        {
            throw new FormatException($"{uri}: {e.Message}", e);
        }

        return result;
    }

    private static RedisServerOptions Server(QueueUri uri, UriOptions options)
    {
        var fallback = new RedisServerOptions();
        var isUnix = uri.Scheme == "redis+unix";
        var database = options.Number("db");
        if (!isUnix && uri.Path.Length > 0)
        {
            if (!int.TryParse(uri.Path, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                throw new FormatException($"{uri}: the database is '{uri.Path}'; expected a number from 0, as in redis://host/0.");
            }

            if (database is not null && database != number)
            {
                throw new FormatException($"{uri}: the path names database {number} and the option db {database}; give one.");
            }

            database = number;
        }

        if (isUnix && uri.Path.Length == 0)
        {
            throw new FormatException($"{uri}: the socket's path is missing; expected redis+unix:///path/to/socket?stream=S.");
        }

        var tlsOptions = uri.Options.Keys.Where(k => k.StartsWith("tls-", StringComparison.OrdinalIgnoreCase)).ToArray();
        var isTls = uri.Scheme is "rediss" or "valkeys";
        if (tlsOptions.Length > 0 && !isTls)
        {
            throw new FormatException($"{uri}: '{tlsOptions[0]}' is for TLS; expected rediss:// in front.");
        }

        return new RedisServerOptions
        {
            Host = uri.Host.Length == 0 ? fallback.Host : uri.Host,
            Port = uri.Port ?? fallback.Port,
            SocketPath = isUnix ? "/" + uri.Path.TrimStart('/') : null,
            User = uri.User,
            Password = uri.Password,
            Database = (int)Math.Min(int.MaxValue, database ?? 0),
            ClientName = options.Text("client-name") ?? fallback.ClientName,
            Protocol = options.Choice("resp", fallback.Protocol, ("auto", RedisProtocolVersion.Auto), ("2", RedisProtocolVersion.Resp2), ("3", RedisProtocolVersion.Resp3)),
            ConnectTimeout = options.Duration("connect-timeout") ?? fallback.ConnectTimeout,
            CommandTimeout = options.Duration("command-timeout") ?? fallback.CommandTimeout,
            PingInterval = options.Duration("ping-interval") ?? fallback.PingInterval,
            MinReconnectDelay = options.Duration("min-reconnect-delay") ?? fallback.MinReconnectDelay,
            MaxReconnectDelay = options.Duration("max-reconnect-delay") ?? fallback.MaxReconnectDelay,
            Tls = !isTls ? null : new RedisTlsOptions
            {
                CaFile = options.Text("tls-ca"),
                CertificateFile = options.Text("tls-cert"),
                KeyFile = options.Text("tls-key"),
                TargetHost = options.Text("tls-host"),
            },
        };
    }
}
