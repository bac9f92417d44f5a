namespace Eventide.Core.Tests.Queues.Example;

/// <summary>Opens <c>spool:directory</c>. The example of docs/writing-a-queue-provider.md.</summary>
public sealed class SpoolQueueProvider(TimeProvider? time = null) : IQueueProvider
{
    public string UriForm => "spool:directory";

    public bool Handles(QueueUri uri) => uri.Scheme == "spool";

    public ValueTask<IQueueReceiver> OpenReceiverAsync(QueueUri uri, CancellationToken cancellationToken) => new(new SpoolReceiver(Open(uri)));

    public ValueTask<IQueueSender> OpenSenderAsync(QueueUri uri, CancellationToken cancellationToken) => new(new SpoolSender(Open(uri)));

    private SpoolDirectory Open(QueueUri uri)
    {
        if (uri.Path.Length == 0 || uri.Options.Count > 0)
        {
            throw new FormatException($"'{uri}' does not name a spool directory; expected '{UriForm}'.");
        }

        if (!Directory.Exists(uri.Path))
        {
            throw new QueueException(uri.Path, "the directory does not exist; create it first.", isTransient: false);
        }

        return new SpoolDirectory(uri.Path, time ?? TimeProvider.System);
    }
}
