using System.Net.Security;

namespace Eventide.Queues.Redis;

/// <summary>How to speak TLS with a Redis server. The server's certificate is always verified.</summary>
public sealed record RedisTlsOptions
{
    /// <summary>The name that the server's certificate must carry, sent to the server as SNI. Default: the host.</summary>
    public string? TargetHost { get; init; }

    /// <summary>A PEM file of the certificate authorities that are trusted, instead of the system's. Default: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>A PEM file of the client's certificate, for servers that ask for one. Default none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>A PEM file of the private key to <see cref="CertificateFile"/>, unencrypted. Default: in the same file.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Changes what is handed to <see cref="SslStream"/>, after all else has been set; for what has no option of its own.</summary>
    public Action<SslClientAuthenticationOptions>? Configure { get; init; }
}
