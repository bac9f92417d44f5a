using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Eventide.Queues.Redis.Connection;

/// <summary>Opens the byte stream to a server: TCP or a Unix socket, with TLS where it is asked for.</summary>
internal static class RedisTransport
{
    /// <summary>Connects.</summary>
    /// <param name="options">Where to.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The stream; disposing it closes the socket.</returns>
    public static async Task<Stream> OpenAsync(RedisServerOptions options, CancellationToken cancellationToken)
    {
        var socket = options.SocketPath is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Stream? stream = null;
        try
        {
            if (options.SocketPath is { } path)
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            }
            else
            {
                KeepAlive(socket);
                await socket.ConnectAsync(options.Host, options.Port, cancellationToken);
            }

            stream = new NetworkStream(socket, ownsSocket: true);
            if (options.Tls is { } tls)
            {
                var secure = new SslStream(stream, leaveInnerStreamOpen: false);
                stream = secure;
                await secure.AuthenticateAsClientAsync(TlsOptions(tls, options.Host), cancellationToken);
            }

            return stream;
        }
        catch
        {
            if (stream is null)
            {
                socket.Dispose();
            }
            else
            {
                await stream.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>The kernel notices a dead peer after about a minute even where no command is under way.</summary>
    private static void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
    }

    private static SslClientAuthenticationOptions TlsOptions(RedisTlsOptions tls, string host)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = tls.TargetHost ?? host };
        if (tls.CaFile is { } caFile)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,

                // A private authority rarely publishes revocation lists; asking for one would fail every connection.
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(caFile);
            options.CertificateChainPolicy = policy;
        }

        if (tls.CertificateFile is { } certificateFile)
        {
            var certificate = X509Certificate2.CreateFromPemFile(certificateFile, tls.KeyFile);
            options.ClientCertificates = [certificate];
        }

        tls.Configure?.Invoke(options);
        return options;
    }
}
