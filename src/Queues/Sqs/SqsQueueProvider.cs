using Eventide.Queues.Sqs.Admin;
using Eventide.Queues.Sqs.Receiving;
using Eventide.Queues.Sqs.Sending;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Eventide.Queues.Sqs;

/// <summary>Opens Amazon SQS queues, standard and FIFO: <c>https://sqs.eu-west-1.amazonaws.com/123456789012/orders</c>,
/// <c>sqs://eu-west-1/123456789012/orders</c>, <c>sqs:orders?region=eu-west-1</c>, and at an emulator
/// <c>sqs:orders?endpoint=http://127.0.0.1:4566</c>. The options after the question mark are those of <see cref="SqsQueueOptions"/>.</summary>
public sealed class SqsQueueProvider : IQueueProvider
{
    private readonly SqsQueueOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;

    /// <summary>Creates the provider.</summary>
    /// <param name="options">How to talk to SQS; <see langword="null"/> for the defaults. Copied.</param>
    /// <param name="loggerFactory">Where to log; <see langword="null"/> for nowhere.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message says which.</exception>
    public SqsQueueProvider(SqsQueueOptions? options = null, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null)
    {
        _options = options?.Clone() ?? new SqsQueueOptions();
        if (_options.Check() is { } wrong)
        {
            throw new ArgumentException(wrong, nameof(options));
        }

        _logger = (loggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Eventide.Queues.Sqs");
        _time = timeProvider ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public string UriForm => SqsAddress.Form;

    /// <inheritdoc/>
    public bool Handles(QueueUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return SqsAddress.Handles(uri);
    }

    /// <inheritdoc/>
    public async ValueTask<IQueueReceiver> OpenReceiverAsync(QueueUri uri, CancellationToken cancellationToken)
    {
        var (address, options) = Read(uri);
        var queue = await SqsQueue.OpenAsync(address, options, _logger, _time, cancellationToken);
        return new SqsReceiver(queue, (sibling, ct) => OpenSenderAsync(sibling, options, ct));
    }

    /// <inheritdoc/>
    public ValueTask<IQueueSender> OpenSenderAsync(QueueUri uri, CancellationToken cancellationToken)
    {
        var (address, options) = Read(uri);
        return OpenSenderAsync(address, options, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IQueueAdmin?> OpenAdminAsync(QueueUri uri, CancellationToken cancellationToken)
    {
        var (address, options) = Read(uri);
        return new ValueTask<IQueueAdmin?>(new SqsAdmin(address, options, _logger, _time));
    }

    private async ValueTask<IQueueSender> OpenSenderAsync(SqsAddress address, SqsQueueOptions options, CancellationToken cancellationToken) =>
        new SqsSender(await SqsQueue.OpenAsync(address, options, _logger, _time, cancellationToken));

    private (SqsAddress Address, SqsQueueOptions Options) Read(QueueUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var options = _options.Clone();
        return (SqsAddress.Parse(uri, options), options);
    }
}
