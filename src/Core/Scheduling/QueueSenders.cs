using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace Eventide;

/// <summary>Queues opened for sending, by configured name or URI; each is opened when first needed and then kept.</summary>
internal sealed class QueueSenders(IOptions<EventideOptions> options, IEnumerable<QueueRegistration> registrations, QueueConnector connector, IServiceProvider services) : IAsyncDisposable, IDisposable
{
    private readonly QueueRegistration[] _registrations = [.. registrations];
    private readonly ConcurrentDictionary<string, IQueueSender> _senders = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _opening = new(1);

    /// <summary>Finds out what a name stands for, without opening anything.</summary>
    /// <param name="queue">The name of a configured queue, or a URI.</param>
    /// <exception cref="FormatException">It is neither.</exception>
    public SendTarget Resolve(string queue)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(queue);
        if (Array.Find(_registrations, r => r.Name == queue) is { } registration)
        {
            return registration.OpenSender is null
                ? throw new FormatException($"The queue '{queue}' is opened by code for receiving alone; give Queue(\"{queue}\", …) an openSender too, or name the queue by its URI.")
                : new SendTarget(queue, null, registration);
        }

        if (options.Value.Queues.TryGetValue(queue, out var configured))
        {
            return new SendTarget(queue, QueueUri.Parse(configured.Uri!), null);
        }

        if (!QueueUri.TryParse(queue, out var uri, out var error))
        {
            var names = options.Value.Queues.Keys.Concat(_registrations.Select(r => r.Name)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();

            // What looks like a URI, and is none, may hold a password.
            var shown = queue.Contains(':', StringComparison.Ordinal) ? "What is named" : $"'{queue}'";
            throw new FormatException($"{shown} is neither a configured queue ({(names.Count == 0 ? "there is none" : string.Join(", ", names))}) nor a queue URI. {error}");
        }

        return new SendTarget(uri.ToString(), uri, null);
    }

    /// <summary>Gets a queue's sender, opening it where it is not open yet.</summary>
    /// <param name="queue">The name of a configured queue, or a URI.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The sender; not the caller's to dispose.</returns>
    /// <exception cref="FormatException">There is no such queue.</exception>
    /// <exception cref="QueueException">It cannot be opened.</exception>
    public async ValueTask<IQueueSender> GetAsync(string queue, CancellationToken cancellationToken)
    {
        var target = Resolve(queue);

        // By the whole URI: of two that differ in their password alone, one may be the wrong one.
        var key = target.Uri is { } uri ? $"uri {uri.Value}" : $"name {target.Key}";
        if (_senders.TryGetValue(key, out var sender))
        {
            return sender;
        }

        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (!_senders.TryGetValue(key, out sender))
            {
                sender = target.Uri is null ? await target.Registration!.OpenSender!(services, cancellationToken) : await connector.OpenSenderAsync(target.Uri, cancellationToken);
                _senders[key] = sender;
            }

            return sender;
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>Sends one message.</summary>
    /// <param name="queue">The name of a configured queue, or a URI.</param>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Gives up; it may have been sent.</param>
    /// <exception cref="FormatException">There is no such queue.</exception>
    /// <exception cref="QueueException">It is not known to have been sent.</exception>
    public async Task SendAsync(string queue, OutgoingMessage message, CancellationToken cancellationToken)
    {
        var sender = await GetAsync(queue, cancellationToken);
        var result = (await sender.SendAsync([message], cancellationToken))[0];
        if (!result.IsSent)
        {
            throw new QueueException(sender.Name, result.Error!, result.IsTransient);
        }
    }

    // A container that is disposed of synchronously asks for it.
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        foreach (var sender in _senders.Values)
        {
            await sender.DisposeAsync();
        }

        _opening.Dispose();
    }
}
