using System.Net;
using Eventide.Queues.Cloudflare.Administration;
using Eventide.Queues.Cloudflare.Http;
using Eventide.Queues.Cloudflare.Receiving;
using Eventide.Queues.Cloudflare.Sending;

namespace Eventide.Queues.Cloudflare;

/// <summary>Opens Cloudflare queues named <c>cloudflare://account/queue</c>, over the HTTP pull API. All queues share one pool of
/// connections, which <see cref="Dispose"/> closes.</summary>
public sealed class CloudflareQueueProvider : IQueueProvider, IDisposable
{
    private readonly CloudflareQueueOptions _defaults;
    private readonly TimeProvider _time;
    private readonly SocketsHttpHandler _handler;

    /// <summary>Creates the provider.</summary>
    /// <param name="time">Where waits and time-outs take their time from; the system's clock by default.</param>
    /// <param name="defaults">Settings for every queue, under what a URI says. Copied.</param>
    public CloudflareQueueProvider(TimeProvider? time = null, CloudflareQueueOptions? defaults = null)
    {
        _defaults = defaults?.Clone() ?? new CloudflareQueueOptions();
        _time = time ?? TimeProvider.System;
        _handler = new SocketsHttpHandler
        {
            // Redirects and cookies could carry the token, or state, to places nobody chose.
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = TimeSpan.FromSeconds(10),

            // Connections are renewed so that a change of the name's addresses is noticed; pings find half-open ones.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
            EnableMultipleHttp2Connections = true,
        };
    }

    /// <inheritdoc/>
    public string UriForm => CloudflareUri.Form;

    /// <inheritdoc/>
    public bool Handles(QueueUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return uri.Scheme == CloudflareUri.Scheme;
    }

    /// <inheritdoc/>
    public async ValueTask<IQueueReceiver> OpenReceiverAsync(QueueUri uri, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return await OpenReceiverAsync(CloudflareUri.Read(uri, _defaults), cancellationToken);
    }

    /// <summary>Opens a queue for receiving, by its options alone.</summary>
    /// <param name="options">The queue. Copied.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FormatException">An option is missing or out of range.</exception>
    /// <exception cref="QueueException">The queue cannot be opened.</exception>
    public async ValueTask<IQueueReceiver> OpenReceiverAsync(CloudflareQueueOptions options, CancellationToken cancellationToken)
    {
        var own = Copy(options);
        var client = Connect(own);
        try
        {
            var queue = await QueueDirectory.GetAsync(client, own.Queue, cancellationToken);
            return new CloudflareQueueReceiver(client, own, queue, OpenOtherAsync, _time);
        }
        catch
        {
            client.Dispose();
            throw;
        }

        ValueTask<IQueueSender> OpenOtherAsync(string name, CancellationToken token)
        {
            var other = own.Clone();
            other.Queue = name;
            return OpenSenderAsync(other, token);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IQueueSender> OpenSenderAsync(QueueUri uri, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return await OpenSenderAsync(CloudflareUri.Read(uri, _defaults), cancellationToken);
    }

    /// <summary>Opens a queue for sending, by its options alone.</summary>
    /// <param name="options">The queue. Copied.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FormatException">An option is missing or out of range.</exception>
    /// <exception cref="QueueException">The queue cannot be opened.</exception>
    public async ValueTask<IQueueSender> OpenSenderAsync(CloudflareQueueOptions options, CancellationToken cancellationToken)
    {
        var own = Copy(options);
        var client = Connect(own);
        try
        {
            // A producer given the id needs no permission to read.
            var id = QueueDirectory.IsId(own.Queue) ? own.Queue : (await QueueDirectory.GetAsync(client, own.Queue, cancellationToken)).Id;
            return new CloudflareQueueSender(client, own, id);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask<IQueueAdmin?> OpenAdminAsync(QueueUri uri, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var options = CloudflareUri.Read(uri, _defaults);
        return new ValueTask<IQueueAdmin?>(new CloudflareQueueAdmin(Connect(options), options, _time));
    }

    /// <summary>Closes the connections; queues still open fail from then on.</summary>
    public void Dispose() => _handler.Dispose();

    private static CloudflareQueueOptions Copy(CloudflareQueueOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var copy = options.Clone();
        copy.Validate();
        return copy;
    }

    private CloudflareClient Connect(CloudflareQueueOptions options)
    {
        var token = options.ApiToken ?? Environment.GetEnvironmentVariable(CloudflareQueueOptions.TokenVariable)?.Trim();
        if (string.IsNullOrEmpty(token))
        {
            throw new CloudflareQueueException(
                options.Queue,
                "there is no API token.",
                $"Put one with Queues Read and Queues Write into the environment variable {CloudflareQueueOptions.TokenVariable}, or set {nameof(CloudflareQueueOptions.ApiToken)}.",
                isTransient: false);
        }

        if (token.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new CloudflareQueueException(
                options.Queue, "the API token holds a space or a control character.", "Give it as Cloudflare showed it.", isTransient: false);
        }

        return new CloudflareClient(_handler, options, token, _time);
    }
}
