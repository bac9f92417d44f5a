using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Eventide.Queues.Redis;

/// <summary>Opens Redis streams as queues: <c>redis://host:port/db?stream=S&amp;group=G</c>.</summary>
/// <param name="loggerFactory">Where to log; <see langword="null"/> for nowhere.</param>
/// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
public sealed class RedisStreamProvider(ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null) : IQueueProvider
{
    private readonly ILogger _logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Eventide.Queues.Redis");
    private readonly TimeProvider _time = timeProvider ?? TimeProvider.System;

    /// <inheritdoc/>
    public string UriForm => RedisStreamUri.Form;

    /// <inheritdoc/>
    public bool Handles(QueueUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return RedisStreamUri.Handles(uri);
    }

    /// <inheritdoc/>
    public async ValueTask<IQueueReceiver> OpenReceiverAsync(QueueUri uri, CancellationToken cancellationToken) =>
        await RedisStreamReceiver.OpenAsync(RedisStreamUri.Read(uri), _logger, _time, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IQueueSender> OpenSenderAsync(QueueUri uri, CancellationToken cancellationToken) =>
        await RedisStreamSender.OpenAsync(RedisStreamUri.Read(uri), _logger, _time, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IQueueAdmin?> OpenAdminAsync(QueueUri uri, CancellationToken cancellationToken) =>
        await RedisStreamAdmin.OpenAsync(RedisStreamUri.Read(uri), _logger, _time, cancellationToken);
}
