using Eventide.Queues.Redis.Connection;
using Eventide.Queues.Redis.Protocol;
using Eventide.Queues.Redis.Tests.Server;
using Eventide.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace Eventide.Queues.Redis.Tests.Connection;

public sealed class RedisConnectionTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    [Fact]
    public async Task Many_callers_share_a_connection_and_each_gets_its_own_reply()
    {
        await using var server = new FakeRedis(c => c[0] == "HELLO" ? FakeRedis.Hello : $"${c[1].Length}\r\n{c[1]}\r\n");
        await using var client = Client(server.Options);

        await Parallel.ForEachAsync(Enumerable.Range(0, 2000), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (n, ct) =>
            Assert.Equal($"v{n}", await client.ExecuteAsync(new RedisRequest("ECHO").Add($"v{n}"), static r => r.Text, ct)));

        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task An_error_fails_its_command_and_no_other()
    {
        await using var server = new FakeRedis(c => c[0] switch { "HELLO" => FakeRedis.Hello, "BAD" => "-WRONGTYPE no\r\n", _ => "+OK\r\n" });
        await using var client = Client(server.Options);
        var connection = await client.ConnectAsync(default);

        var before = connection.ExecuteAsync(new RedisRequest("A"), static r => r.Text);
        var bad = connection.ExecuteAsync(new RedisRequest("BAD"), static r => r.Text);
        var after = connection.ExecuteAsync(new RedisRequest("B"), static r => r.Text);

        Assert.Equal("OK", await before);
        Assert.Equal("WRONGTYPE", (await Assert.ThrowsAsync<RedisServerException>(() => bad)).Code);
        Assert.Equal("OK", await after);
    }

    [Fact]
    public async Task A_reply_of_the_wrong_shape_fails_its_command_and_no_other()
    {
        await using var server = new FakeRedis(c => c[0] == "HELLO" ? FakeRedis.Hello : "+OK\r\n");
        await using var client = Client(server.Options);

        await Assert.ThrowsAsync<RespProtocolException>(() => client.ExecuteAsync(new RedisRequest("X"), static r => r.Integer, default));

        Assert.Equal("OK", await client.ExecuteAsync(new RedisRequest("X"), static r => r.Text, default));
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_fault_of_the_protocol_ends_the_connection_with_all_that_waits_on_it_and_a_new_one_is_made()
    {
        var broken = true;
        await using var server = new FakeRedis(c => c[0] switch
        {
            "HELLO" => FakeRedis.Hello,
            "BREAK" => broken ? "?what\r\n" : "+OK\r\n",
            "WAIT" => broken ? null : "+OK\r\n",
            _ => "+OK\r\n",
        });
        await using var client = Client(server.Options);
        var connection = await client.ConnectAsync(default);
        var waiting = connection.ExecuteAsync(new RedisRequest("WAIT"), static r => r.Text);
        var also = connection.ExecuteAsync(new RedisRequest("BREAK"), static r => r.Text);

        var error = await Assert.ThrowsAsync<RedisConnectionException>(() => Eventually.Ends(waiting));
        Assert.True(error.MayHaveRun);
        Assert.Contains("no RESP type", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<RedisConnectionException>(() => Eventually.Ends(also));

        broken = false;
        Assert.Equal("OK", await client.ExecuteAsync(new RedisRequest("WAIT"), static r => r.Text, default));
        Assert.Equal(2, server.Connections);
    }

    [Theory]
    [InlineData(">2\r\n+message\r\n+hello\r\n+OK\r\n")]
    [InlineData("+OK\r\n>1\r\n+late\r\n")]
    public async Task Messages_out_of_band_are_no_replies(string answer)
    {
        await using var server = new FakeRedis(c => c[0] == "HELLO" ? FakeRedis.Hello : answer);
        await using var client = Client(server.Options);

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("OK", await client.ExecuteAsync(new RedisRequest("X"), static r => r.Text, default));
        }
    }

    [Fact]
    public async Task A_reply_that_nobody_asked_for_ends_the_connection()
    {
        await using var server = new FakeRedis(c => c[0] == "HELLO" ? FakeRedis.Hello : "+OK\r\n+OK\r\n");
        await using var client = Client(server.Options);
        var connection = await client.ConnectAsync(default);

        await connection.ExecuteAsync(new RedisRequest("X"), static r => r.Text);

        await Eventually.IsTrue(() => connection.IsDead);
    }

    [Fact]
    public async Task A_command_without_a_reply_ends_the_connection_at_its_deadline()
    {
        await using var server = new FakeRedis(c => c[0] == "HELLO" ? FakeRedis.Hello : null);
        await using var client = Client(server.Options with { CommandTimeout = Short });

        var error = await Assert.ThrowsAsync<RedisConnectionException>(() => Eventually.Ends(client.ExecuteAsync(new RedisRequest("X"), static r => r.Text, default)));

        Assert.IsType<TimeoutException>(error.InnerException);
        Assert.Contains("No reply to X within 0.3 s", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_command_waits_itself_is_added_to_its_deadline()
    {
        await using var server = new FakeRedis(c => c[0] == "HELLO" ? FakeRedis.Hello : null);
        var time = new FakeTime();
        await using var stream = new System.Net.Sockets.NetworkStream(await ConnectAsync(server.Options), ownsSocket: true);
        await using var connection = new RedisConnection(stream, server.Options with { CommandTimeout = TimeSpan.FromSeconds(5) }, time);

        var waiting = connection.ExecuteAsync(new RedisRequest("X"), static r => r.Text, TimeSpan.FromSeconds(60));
        time.Advance(TimeSpan.FromSeconds(64));
        Assert.False(connection.IsDead);
        time.Advance(TimeSpan.FromSeconds(3));

        Assert.True(connection.IsDead);
        await Assert.ThrowsAsync<RedisConnectionException>(() => Eventually.Ends(waiting));
    }

    [Fact]
    public async Task An_idle_connection_is_tried_and_found_dead_without_a_caller()
    {
        await using var server = new FakeRedis(c => c[0] == "HELLO" ? FakeRedis.Hello : null);
        var time = new FakeTime();
        await using var stream = new System.Net.Sockets.NetworkStream(await ConnectAsync(server.Options), ownsSocket: true);
        await using var connection = new RedisConnection(stream, server.Options, time);

        time.Advance(TimeSpan.FromSeconds(14));
        Assert.Empty(server.Commands);
        time.Advance(TimeSpan.FromSeconds(2));
        await Eventually.IsTrue(() => server.Commands.Any(c => c[0] == "PING"));
        Assert.False(connection.IsDead);
        time.Advance(TimeSpan.FromSeconds(7));

        Assert.True(connection.IsDead);
    }

    [Fact]
    public async Task A_closed_connection_is_made_anew_and_a_command_that_was_never_sent_is_sent_then()
    {
        await using var server = new FakeRedis(c => c[0] switch { "HELLO" => FakeRedis.Hello, "QUIT" => "!", _ => "+OK\r\n" });
        await using var client = Client(server.Options);
        var connection = await client.ConnectAsync(default);
        await Assert.ThrowsAsync<RedisConnectionException>(() => connection.ExecuteAsync(new RedisRequest("QUIT"), static r => r.Text));

        Assert.Equal("OK", await client.ExecuteAsync(new RedisRequest("X"), static r => r.Text, default));
        Assert.False((await Assert.ThrowsAsync<RedisConnectionException>(() => connection.ExecuteAsync(new RedisRequest("X"), static r => r.Text))).MayHaveRun);
    }

    [Fact]
    public async Task A_server_without_HELLO_is_spoken_to_in_RESP2()
    {
        await using var server = new FakeRedis(c => c switch
        {
            ["HELLO", ..] => "-ERR unknown command 'HELLO'\r\n",
            ["CLIENT", "ID"] => ":31\r\n",
            _ => "+OK\r\n",
        });
        await using var client = Client(server.Options with { User = "worker", Password = "pass word", Database = 3, ClientName = "me" });

        var connection = await client.ConnectAsync(default);

        Assert.Equal(31, connection.Server.ClientId);
        Assert.Equal(2, connection.Server.Protocol);
        Assert.Equal(
            ["HELLO 3 AUTH worker pass word SETNAME me", "AUTH worker pass word", "CLIENT SETNAME me", "CLIENT ID", "SELECT 3"],
            server.Commands.Select(c => string.Join(' ', c)),
            StringComparer.Ordinal);
    }

    [Fact]
    public async Task Where_RESP3_is_demanded_a_server_without_it_is_refused()
    {
        await using var server = new FakeRedis(_ => "-NOPROTO unsupported protocol version\r\n");
        await using var client = Client(server.Options with { Protocol = RedisProtocolVersion.Resp3 });

        Assert.Equal("NOPROTO", (await Assert.ThrowsAsync<RedisServerException>(async () => await client.ConnectAsync(default))).Code);
    }

    [Fact]
    public async Task Connecting_gives_up_in_time_and_can_be_cancelled()
    {
        await using var server = new FakeRedis(_ => null);
        await using var client = Client(server.Options with { ConnectTimeout = Short });
        var error = await Assert.ThrowsAsync<RedisConnectionException>(() => Eventually.Ends(client.ConnectAsync(default).AsTask()));
        Assert.Contains("did not answer within 0.3 s", error.Message, StringComparison.Ordinal);

        await using var patient = Client(server.Options with { ConnectTimeout = TimeSpan.FromMinutes(1) });
        using var cancel = new CancellationTokenSource();
        var connecting = patient.ConnectAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.Ends(connecting));
    }

    [Fact]
    public async Task A_script_that_the_server_has_forgotten_is_sent_whole()
    {
        var known = false;
        await using var server = new FakeRedis(c => c switch
        {
            ["HELLO", ..] => FakeRedis.Hello,
            ["EVALSHA", ..] => known ? ":1\r\n" : "-NOSCRIPT No matching script.\r\n",
            ["EVAL", ..] => Learn(),
            _ => "+OK\r\n",
        });
        string Learn()
        {
            known = true;
            return ":1\r\n";
        }

        await using var client = Client(server.Options);
        var script = new RedisScript("return 1");

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1, await client.ExecuteAsync(script, new[] { "key" }, r => r.Add("argument"), static r => r.Integer, default));
        }

        Assert.Equal(["EVALSHA", "EVAL", "EVALSHA", "EVALSHA"], server.Commands.Skip(1).Select(c => c[0]), StringComparer.Ordinal);
        Assert.Equal("EVALSHA e0e1f9fabfc9d4800c877a703b823ac0578ff8db 1 key argument", string.Join(' ', server.Commands.ElementAt(1)));
    }

    [Fact]
    public async Task A_server_that_has_become_a_replica_is_left()
    {
        await using var server = new FakeRedis(c => c[0] switch { "HELLO" => FakeRedis.Hello, "XADD" => "-READONLY You can't write against a read only replica.\r\n", _ => "+OK\r\n" });
        await using var client = Client(server.Options);
        var connection = await client.ConnectAsync(default);

        await Assert.ThrowsAsync<RedisServerException>(() => client.ExecuteAsync(new RedisRequest("XADD"), static r => r.Text, default));

        Assert.True(connection.IsDead);
        Assert.Equal("OK", await client.ExecuteAsync(new RedisRequest("X"), static r => r.Text, default));
    }

    [Fact]
    public void Pauses_between_attempts_grow_to_their_bound_and_start_anew()
    {
        var backoff = new ReconnectBackoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2), new Random(1));
        for (var i = 0; i < 40; i++)
        {
            var full = Math.Min(2000, 100 * Math.Pow(2, i));
            Assert.InRange(backoff.Next().TotalMilliseconds, full / 2, full);
        }

        backoff.Reset();
        Assert.InRange(backoff.Next().TotalMilliseconds, 50, 100);
    }

    [Fact]
    public async Task Large_and_small_replies_pass_through_growing_and_shrinking_buffers()
    {
        await using var server = new FakeRedis(c => c[0] == "HELLO" ? FakeRedis.Hello : $"${c[1]}\r\n{new string('x', int.Parse(c[1], System.Globalization.CultureInfo.InvariantCulture))}\r\n");
        await using var client = Client(server.Options);
        var connection = await client.ConnectAsync(default);
        var sizes = new[] { 1, 32 * 1024, 5_000_000, 3, 0, 1 << 20, 31, 65_536, 2_000_000, 7 };

        var replies = await Task.WhenAll(sizes.Select(s => connection.ExecuteAsync(new RedisRequest("GET").Add(s), static r => r.Bytes.Length)));

        Assert.Equal(sizes, replies);
    }

    private static RedisClient Client(RedisServerOptions options) => new(options, TimeProvider.System, NullLogger.Instance);

    private static async Task<System.Net.Sockets.Socket> ConnectAsync(RedisServerOptions options)
    {
        var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        await socket.ConnectAsync(options.Host, options.Port);
        return socket;
    }
}
