using System.Globalization;

namespace Eventide.Queues;

/// <summary>Opens <c>file:path.ndjson</c> and <c>file:-</c>: see <see cref="FileQueue"/>.</summary>
public sealed class FileQueueProvider : IQueueProvider
{
    private readonly TimeProvider _time;
    private readonly FileQueueOptions _defaults;

    /// <summary>Creates a provider.</summary>
    /// <param name="time">Where the delays of released messages take their time from; the system's clock by default.</param>
    /// <param name="defaults">How files are read and written where their URI does not say otherwise.</param>
    public FileQueueProvider(TimeProvider? time = null, FileQueueOptions? defaults = null)
    {
        _time = time ?? TimeProvider.System;
        _defaults = defaults ?? new FileQueueOptions();
        FileQueueOptions.Validate(_defaults);
    }

    /// <inheritdoc/>
    public string UriForm => "file:path.ndjson[?max-line=BYTES][&fsync=true|false], or file:- for standard input and output";

    /// <inheritdoc/>
    public bool Handles(QueueUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return uri.Scheme == "file";
    }

    /// <inheritdoc/>
    /// <remarks>Opening a named pipe waits for its writer, as the system does, or until cancelled.</remarks>
    public ValueTask<IQueueReceiver> OpenReceiverAsync(QueueUri uri, CancellationToken cancellationToken)
    {
        var queue = Read(uri);
        return new(Task.Run(queue.OpenReceiver, cancellationToken).WaitAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask<IQueueSender> OpenSenderAsync(QueueUri uri, CancellationToken cancellationToken)
    {
        var queue = Read(uri);
        return new(Task.Run(queue.OpenSender, cancellationToken).WaitAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public ValueTask<IQueueAdmin?> OpenAdminAsync(QueueUri uri, CancellationToken cancellationToken) => new(Read(uri).OpenAdmin());

    private FileQueue Read(QueueUri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        var path = uri.Value.StartsWith("file://", StringComparison.OrdinalIgnoreCase) ? "/" + uri.Path : uri.Path;
        if (!Handles(uri) || string.IsNullOrWhiteSpace(path) || (uri.Host.Length > 0 && uri.Host != "localhost"))
        {
            throw new FormatException($"'{uri}' does not name a file of this machine; expected '{UriForm}', as in 'file:orders.ndjson' or 'file:///var/orders.ndjson'.");
        }

        var options = _defaults;
        foreach (var (name, value) in uri.Options)
        {
            options = name.ToUpperInvariant() switch
            {
                "MAX-LINE" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes is >= 1024 and <= 1024 * 1024 * 1024 =>
                    options with { MaxLineBytes = bytes },
                "MAX-LINE" => throw new FormatException($"'max-line={value}' in '{uri}' is not a number of bytes from 1024 to 1073741824."),
                "FSYNC" when bool.TryParse(value, out var flush) => options with { FlushToDisk = flush },
                "FSYNC" => throw new FormatException($"'fsync={value}' in '{uri}' is neither 'true' nor 'false'."),
                _ => throw new FormatException($"A file queue has no option '{name}', as in '{uri}'; expected '{UriForm}'."),
            };
        }

        return new FileQueue(path, options, _time);
    }
}
