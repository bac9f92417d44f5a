using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Eventide.Queues.Redis.Tests.Server;

namespace Eventide.Queues.Redis.Tests.Connection;

/// <summary>The ways to a real server.</summary>
public sealed class RealServerTests
{
    /// <summary>What docs/queues/redis.md says an ACL user needs.</summary>
    private const string DocumentedRights =
        "~orders ~{orders}:eventide:* +xadd +xreadgroup +xack +xackdel +xclaim +xpending +xgroup +xinfo +xrange +xrevrange +xdel +xtrim +xlen "
        + "+zadd +zrem +zrangebyscore +zrange +zcard +zcount +hget +hset +hdel +hexists +exists +del +time +eval +evalsha "
        + "+client|id +client|setname +client|unblock +ping +select +hello +auth";

    [Fact]
    public async Task An_ACL_user_with_the_documented_rights_can_do_everything()
    {
        await using var server = await RedisServer.StartAsync();
        var rights = DocumentedRights.Replace("+xackdel ", "", StringComparison.Ordinal).Split(' ');
        Assert.Equal("OK", await server.CliAsync(["ACL", "SETUSER", "worker", "on", ">p@ss:w/rd", "resetkeys", "-@all", .. rights]));
        Assert.Equal("OK", await server.CliAsync("ACL", "SETUSER", "default", "off"));
        var uri = $"redis://worker:{Uri.EscapeDataString("p@ss:w/rd")}@127.0.0.1:{server.Port}/1?stream=orders";
        foreach (var more in new[] { "", "&resp=2", "&delete=true&max-length=1&trim=exact" })
        {
            await RoundTrip.RunAsync(uri + more);
        }
    }

    [Fact]
    public async Task Without_the_right_to_unblock_a_waiting_receive_still_ends_soon()
    {
        await using var server = await RedisServer.StartAsync();
        var made = await server.CliAsync("ACL", "SETUSER", "worker", "on", ">secret", "~*", "+@all", "-client|unblock");
        Assert.SkipUnless(made == "OK", $"This server cannot take away a part of a command: {made}");
        await using var receiver = await new RedisStreamProvider().OpenReceiverAsync(QueueUri.Parse($"redis://worker:secret@127.0.0.1:{server.Port}?stream=orders"), default);
        for (var i = 0; i < 3; i++)
        {
            using var cancel = new CancellationTokenSource();
            var waiting = receiver.ReceiveAsync(new ReceiveRequest(1, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(1)), cancel.Token).AsTask();
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(20)));
        }
    }

    [Theory]
    [InlineData("worker:wrong@", "WRONGPASS", "Check user and password")]
    [InlineData("", "NOAUTH", "asks for a password")]
    [InlineData("limited:secret@", "NOPERM", ". Grant the ACL user")]
    public async Task Those_not_let_in_are_told_why_and_that_trying_again_is_of_no_use(string user, string code, string advice)
    {
        await using var server = await RedisServer.StartAsync("--requirepass", "top");
        await server.CliAsync("-a", "top", "ACL", "SETUSER", "worker", "on", ">secret", "~*", "+@all");
        await server.CliAsync("-a", "top", "ACL", "SETUSER", "limited", "on", ">secret", "~other", "+@all");

        var error = await Assert.ThrowsAsync<QueueException>(async () => await new RedisStreamProvider().OpenReceiverAsync(
            QueueUri.Parse($"redis://{user}127.0.0.1:{server.Port}?stream=orders"), default));

        Assert.False(error.IsTransient);
        Assert.Contains(code, error.Message, StringComparison.Ordinal);
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", error.Message.Replace("WRONG", "", StringComparison.Ordinal).Replace("user is disabled", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_alone_is_the_default_users()
    {
        await using var server = await RedisServer.StartAsync("--requirepass", "top");
        await RoundTrip.RunAsync($"redis://:top@127.0.0.1:{server.Port}?stream=orders");
        await RoundTrip.RunAsync($"redis://:top@127.0.0.1:{server.Port}?stream=orders&resp=2");
    }

    [Fact]
    public async Task A_Unix_socket_leads_to_the_server_too()
    {
        await using var server = await RedisServer.StartAsync();
        await RoundTrip.RunAsync($"redis+unix://{server.SocketPath}?stream=orders&db=5");
        Assert.Equal("1", await server.CliAsync("-n", "5", "EXISTS", "orders"));
        Assert.Equal("0", await server.CliAsync("-n", "0", "EXISTS", "orders"));
    }

    [Fact]
    public async Task TLS_with_a_private_authority_and_a_client_certificate()
    {
        var directory = Directory.CreateTempSubdirectory("eventide-tls-").FullName;
        try
        {
            WriteCertificates(directory);
            await using var server = await StartTlsAsync(directory);
            var tls = $"rediss://127.0.0.1:{server.TlsPort}?stream=orders&tls-ca={directory}/ca.pem&tls-cert={directory}/client.pem&tls-key={directory}/client.key";
            await RoundTrip.RunAsync(tls + "&tls-host=redis.test");
            await RoundTrip.RunAsync(tls);

            await FailsAsync(tls + "&tls-host=other.test", "cannot be reached");
            await FailsAsync($"rediss://127.0.0.1:{server.TlsPort}?stream=orders", "cannot be reached");
            await FailsAsync($"rediss://127.0.0.1:{server.Server.Port}?stream=orders&tls-ca={directory}/ca.pem&connect-timeout=2s", "");
            await FailsAsync($"redis://127.0.0.1:{server.TlsPort}?stream=orders&connect-timeout=2s", "");
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_matter_of_time()
    {
        var server = await RedisServer.StartAsync();
        var port = server.Port;
        await server.DisposeAsync();

        var error = await Assert.ThrowsAsync<QueueException>(async () => await new RedisStreamProvider().OpenSenderAsync(QueueUri.Parse($"redis://u:secret@127.0.0.1:{port}?stream=orders"), default));

        Assert.True(error.IsTransient);
        Assert.Contains($"redis://127.0.0.1:{port}/0 cannot be reached", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_no_stream_is_named()
    {
        await using var server = await RedisServer.StartAsync();
        await server.CliAsync("SET", "orders", "text");

        var error = await Assert.ThrowsAsync<QueueException>(async () => await new RedisStreamProvider().OpenReceiverAsync(QueueUri.Parse($"redis://127.0.0.1:{server.Port}?stream=orders"), default));

        Assert.False(error.IsTransient);
        Assert.Contains("The key holds something else than a stream", error.Message, StringComparison.Ordinal);
    }

    private static async Task FailsAsync(string uri, string expected)
    {
        var error = await Assert.ThrowsAsync<QueueException>(async () => await new RedisStreamProvider().OpenSenderAsync(QueueUri.Parse(uri), default));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    private static async Task<TlsServer> StartTlsAsync(string directory)
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        var server = await RedisServer.StartAsync(
            "--tls-port", $"{port}", "--tls-cert-file", $"{directory}/server.pem", "--tls-key-file", $"{directory}/server.key",
            "--tls-ca-cert-file", $"{directory}/ca.pem", "--tls-auth-clients", "yes");
        return new TlsServer(server, port);
    }

    private static void WriteCertificates(string directory)
    {
        using var caKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var caRequest = new CertificateRequest("CN=Eventide test authority", caKey, HashAlgorithmName.SHA256);
        caRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var from = DateTimeOffset.UtcNow.AddDays(-1);
        using var ca = caRequest.CreateSelfSigned(from, from.AddDays(30));
        File.WriteAllText($"{directory}/ca.pem", ca.ExportCertificatePem());
        foreach (var name in new[] { "server", "client" })
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            if (name == "server")
            {
                var names = new SubjectAlternativeNameBuilder();
                names.AddDnsName("redis.test");
                names.AddIpAddress(IPAddress.Loopback);
                request.CertificateExtensions.Add(names.Build());
            }

            using var certificate = request.Create(ca, from, from.AddDays(20), RandomNumberGenerator.GetBytes(8));
            File.WriteAllText($"{directory}/{name}.pem", certificate.ExportCertificatePem());
            File.WriteAllText($"{directory}/{name}.key", key.ExportPkcs8PrivateKeyPem());
        }
    }

    private sealed record TlsServer(RedisServer Server, int TlsPort) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
