using Microsoft.Extensions.DependencyInjection;

namespace Eventide.Cli;

/// <summary>Opens queues for the commands that need no handlers.</summary>
internal sealed class Connector : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private Connector(ServiceProvider services)
    {
        _services = services;
        Queues = services.GetRequiredService<QueueConnector>();
    }

    public QueueConnector Queues { get; }

    public static Connector Open()
    {
        var services = new ServiceCollection();
        services.AddEventideCore(Providers.AddTo);
        return new Connector(services.BuildServiceProvider());
    }

    /// <summary>Reads a URI that a person typed.</summary>
    /// <exception cref="UsageException">It is none, or names a queue that no other process can see.</exception>
    public static QueueUri Parse(string option, string text)
    {
        if (!QueueUri.TryParse(text, out var uri, out var error))
        {
            throw new UsageException($"{option}: {error}");
        }

        return uri.Scheme != "memory" ? uri : throw new UsageException(
            $"{option} {uri}: a memory queue lives and ends with the process that uses it, so there is nothing here to look at or send to; name a file or a server's queue.");
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
