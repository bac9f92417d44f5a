using Eventide.Queues.Redis.Protocol;

namespace Eventide.Queues.Redis.Connection;

/// <summary>What is said first on every connection: protocol, log-in, name, database.</summary>
internal static class RedisHandshake
{
    /// <summary>Opens a connection and makes it ready for commands.</summary>
    /// <param name="options">Where to, and as whom.</param>
    /// <param name="time">The clock of the connection's timeouts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="RedisConnectionException">The server cannot be reached.</exception>
    /// <exception cref="RedisServerException">The server does not let us in.</exception>
    public static async Task<RedisConnection> ConnectAsync(RedisServerOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.ConnectTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        RedisConnection? connection = null;
        try
        {
            connection = new RedisConnection(await RedisTransport.OpenAsync(options, either.Token), options, time);
            connection.Server = await LogInAsync(connection, options).WaitAsync(either.Token);
            return connection;
        }
        catch (Exception e)
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }

            cancellationToken.ThrowIfCancellationRequested();
            throw e switch
            {
                OperationCanceledException => new RedisConnectionException(
                    $"{options} did not answer within {options.ConnectTimeout.TotalSeconds:0.###} s.", mayHaveRun: false, e),
                RedisServerException or RespProtocolException => e,
                _ => new RedisConnectionException($"{options} cannot be reached: {e.Message}", mayHaveRun: false, e),
            };
        }
    }

    private static async Task<RedisServerInfo> LogInAsync(RedisConnection connection, RedisServerOptions options)
    {
        var info = options.Protocol == RedisProtocolVersion.Resp2 ? null : await TryHelloAsync(connection, options);
        if (info is null)
        {
            if (options.Password is { } password)
            {
                var auth = new RedisRequest("AUTH");
                if (options.User is { } user)
                {
                    auth.Add(user);
                }

                await connection.ExecuteAsync(auth.Add(password), static _ => true);
            }

            await connection.ExecuteAsync(new RedisRequest("CLIENT").Add("SETNAME").Add(options.ClientName), static _ => true);
            info = RedisServerInfo.Unknown with { ClientId = await TryClientIdAsync(connection) };
        }

        if (options.Database != 0)
        {
            await connection.ExecuteAsync(new RedisRequest("SELECT").Add(options.Database), static _ => true);
        }

        return info;
    }

    private static async Task<RedisServerInfo?> TryHelloAsync(RedisConnection connection, RedisServerOptions options)
    {
        var hello = new RedisRequest("HELLO").Add(3);
        if (options.Password is { } password)
        {
            hello.Add("AUTH").Add(options.User ?? "default").Add(password);
        }

        hello.Add("SETNAME").Add(options.ClientName);
        try
        {
            return await connection.ExecuteAsync(hello, ReadHello);
        }
        catch (RedisServerException e) when (options.Protocol == RedisProtocolVersion.Auto && IsHelloMissing(e))
        {
            return null;
        }
    }

    private static bool IsHelloMissing(RedisServerException e) =>
        e.Code is "NOPROTO" or "NOPERM" || (e.Code == "ERR" && e.Message.Contains("unknown command", StringComparison.OrdinalIgnoreCase));

    private static RedisServerInfo ReadHello(RespReply reply)
    {
        long? id = null;
        var version = new Version(0, 0);
        var values = reply.Items();
        while (values.MoveNext())
        {
            var name = values.Current.Text;
            var value = values.Next();
            if (name == "id")
            {
                id = value.Integer;
            }
            else if (name == "version" && Version.TryParse(value.Text, out var parsed))
            {
                version = parsed;
            }
        }

        return new RedisServerInfo(id, version, 3);
    }

    private static async Task<long?> TryClientIdAsync(RedisConnection connection)
    {
        try
        {
            return await connection.ExecuteAsync(new RedisRequest("CLIENT").Add("ID"), static r => r.Integer);
        }
        catch (RedisServerException)
        {
            // Not permitted, or unknown to a proxy: blocked reads then end by short slices instead.
            return null;
        }
    }
}
