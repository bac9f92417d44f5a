namespace Eventide.Queues.Redis.Tests.Streams;

public sealed class RedisStreamUriTests
{
    [Fact]
    public void A_short_URI_has_the_documented_defaults()
    {
        var options = RedisStreamUri.Read(QueueUri.Parse("redis://localhost?stream=orders"));

        Assert.Equal(new RedisStreamOptions { Stream = "orders" }, options);
        Assert.Equal("redis://localhost:6379/0", options.Server.ToString());
        Assert.Equal("eventide", options.Group);
        Assert.Equal(TimeSpan.FromSeconds(1), options.SweepInterval);
    }

    [Fact]
    public void Every_option_is_read()
    {
        var options = RedisStreamUri.Read(QueueUri.Parse(
            "rediss://us%40er:p%2Fw@[::1]:7000/4?stream=s&group=g&consumer=c&from=end&format=fields&body-field=b&group-field=gf&attribute-prefix=a.&values=typed"
            + "&dead-letter=dead&delete=true&max-length=10&max-age=2d&min-id=5-1&trim=exact&sweep-interval=500ms&claim-interval=2s&consumer-expiry=1.5h&max-batch=77"
            + "&max-message-bytes=99&client-name=cn&resp=3&connect-timeout=1s&command-timeout=2s&ping-interval=1m&min-reconnect-delay=1ms&max-reconnect-delay=2ms"
            + "&tls-ca=ca&tls-cert=ce&tls-key=ke&tls-host=h"));

        var expected = new RedisStreamOptions
        {
            Server = new RedisServerOptions
            {
                Host = "::1", Port = 7000, User = "us@er", Password = "p/w", Database = 4, ClientName = "cn", Protocol = RedisProtocolVersion.Resp3,
                ConnectTimeout = TimeSpan.FromSeconds(1), CommandTimeout = TimeSpan.FromSeconds(2), PingInterval = TimeSpan.FromMinutes(1),
                MinReconnectDelay = TimeSpan.FromMilliseconds(1), MaxReconnectDelay = TimeSpan.FromMilliseconds(2),
                Tls = new RedisTlsOptions { CaFile = "ca", CertificateFile = "ce", KeyFile = "ke", TargetHost = "h" },
            },
            Stream = "s", Group = "g", Consumer = "c", Start = RedisStreamStart.End, Format = RedisBodyFormat.Fields, BodyField = "b", GroupField = "gf",
            AttributePrefix = "a.", Values = RedisFieldValues.Typed, DeadLetterStream = "dead", DeleteAcknowledged = true, MaxLength = 10,
            MaxAge = TimeSpan.FromDays(2), MinId = "5-1", TrimExactly = true, SweepInterval = TimeSpan.FromMilliseconds(500),
            ClaimInterval = TimeSpan.FromSeconds(2), ConsumerExpiry = TimeSpan.FromMinutes(90), MaxBatch = 77, MaxMessageBytes = 99,
        };
        Assert.Equal(expected, options);
    }

    [Theory]
    [InlineData("redis+unix:///run/redis/redis.sock?stream=s&db=2", "/run/redis/redis.sock", 2, null)]
    [InlineData("redis+unix://u:p@/tmp/r.sock?stream=s", "/tmp/r.sock", 0, "u")]
    [InlineData("redis+unix:/tmp/r.sock?stream=s", "/tmp/r.sock", 0, null)]
    public void A_Unix_socket_is_a_path(string uri, string path, int database, string? user)
    {
        var server = RedisStreamUri.Read(QueueUri.Parse(uri)).Server;

        Assert.Equal((path, database, user), (server.SocketPath, server.Database, server.User));
    }

    [Theory]
    [InlineData("redis://h", "'stream' is missing")]
    [InlineData("redis://h?stream=", "Stream is missing")]
    [InlineData("redis://h?stream=s&strem=t", "no option is called 'strem'")]
    [InlineData("redis://h/x?stream=s", "the database is 'x'")]
    [InlineData("redis://h/1?stream=s&db=2", "give one")]
    [InlineData("redis://h?stream=s&from=middle", "expected start or end")]
    [InlineData("redis://h?stream=s&delete=perhaps", "expected true or false")]
    [InlineData("redis://h?stream=s&sweep-interval=5", "expected a time with its unit")]
    [InlineData("redis://h?stream=s&sweep-interval=-5s", "expected a time with its unit")]
    [InlineData("redis://h?stream=s&sweep-interval=1h", "SweepInterval is 01:00:00; expected")]
    [InlineData("redis://h?stream=s&max-length=-1", "expected a whole number")]
    [InlineData("redis://h?stream=s&max-batch=0", "MaxBatch is 0; expected 1 to 5000")]
    [InlineData("redis://h?stream=s&min-id=x", "MinId is 'x'")]
    [InlineData("redis://h?stream=s&tls-ca=x", "expected rediss:// in front")]
    [InlineData("redis://h?stream=s&dead-letter=s", "expected the key of another stream")]
    [InlineData("redis://h?stream=s&consumer=eventide:parked", "Consumer is 'eventide:parked'")]
    [InlineData("redis://h?stream=s&trim-unread=true&max-length=1&max-age=1h", "Redis takes one")]
    [InlineData("redis://u@h?stream=s", "Password is missing")]
    [InlineData("redis+unix:?stream=s", "the socket's path is missing")]
    [InlineData("redis://h?stream=s&client-name=a%20b", "ClientName is 'a b'")]
    public void What_is_wrong_is_named_with_what_was_expected(string uri, string expected) =>
        Assert.Contains(expected, Assert.Throws<FormatException>(() => RedisStreamUri.Read(QueueUri.Parse(uri))).Message, StringComparison.Ordinal);

    [Fact]
    public void Errors_show_no_password()
    {
        var error = Assert.Throws<FormatException>(() => RedisStreamUri.Read(QueueUri.Parse("redis://u:topsecret@h?stream=s&nonsense=1")));

        Assert.DoesNotContain("topsecret", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("topsecret", new RedisServerOptions { Password = "topsecret", User = "u" }.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void All_faults_of_typed_options_are_named_at_once()
    {
        var options = new RedisStreamOptions { MaxBatch = 0, MaxLength = -1, Server = new RedisServerOptions { Port = 0, CommandTimeout = TimeSpan.Zero } };

        var message = Assert.Throws<FormatException>(options.Validate).Message;

        Assert.All(["MaxBatch", "MaxLength", "Port", "CommandTimeout", "Stream is missing"], name => Assert.Contains(name, message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("orders", "{orders}:eventide:delayed")]
    [InlineData("{shop}:orders", "{shop}:orders:eventide:delayed")]
    [InlineData("shop:{}", "{shop:{}}:eventide:delayed")]
    public void The_keys_beside_a_stream_share_its_hash_slot(string stream, string expected) => Assert.Equal(expected, new StreamKeys(stream, "g").Delayed);

    [Fact]
    public void The_provider_is_found_by_its_schemes()
    {
        var provider = new RedisStreamProvider();

        Assert.All(["redis://h", "rediss://h", "redis+unix:///s", "valkey://h"], u => Assert.True(provider.Handles(QueueUri.Parse(u)), u));
        Assert.False(provider.Handles(QueueUri.Parse("memory:orders")));
    }
}
