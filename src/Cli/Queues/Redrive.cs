namespace Eventide.Cli;

/// <summary>Sends dead letters back to work: each goes to its target first, and only when that is confirmed is it removed from where it was.</summary>
internal sealed class Redrive(QueueConnector queues, QueueUri deadLetters, QueueUri? target, TimeProvider time) : IAsyncDisposable
{
    private readonly Dictionary<string, IQueueSender> _senders = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (IQueueSender? Sender, string? Fault)> _sources = new(StringComparer.Ordinal);

    /// <summary>Told of a message that stays where it was, and why.</summary>
    public Action<Message, string>? OnFailed { get; init; }

    /// <summary>Told of the queue to which messages go back that came from a queue, by its name in their header.</summary>
    public Action<string, QueueUri>? OnTarget { get; init; }

    /// <summary>Opens the target that was named, so that a wrong one is found before anything is received.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (target is not null)
        {
            await SenderAsync(target, cancellationToken);
        }
    }

    /// <summary>Sends messages to their targets.</summary>
    /// <returns>For each whether its target has confirmed it.</returns>
    public async Task<IReadOnlyList<bool>> SendAsync(IReadOnlyList<Message> messages, CancellationToken cancellationToken)
    {
        var sent = new bool[messages.Count];
        var targets = new (IQueueSender? Sender, string? Fault)[messages.Count];
        for (var i = 0; i < sent.Length; i++)
        {
            targets[i] = await TargetOfAsync(messages[i], cancellationToken);
            if (targets[i].Fault is { } fault)
            {
                OnFailed?.Invoke(messages[i], fault);
            }
        }

        foreach (var group in Enumerable.Range(0, sent.Length).Where(i => targets[i].Sender is not null).GroupBy(i => targets[i].Sender!))
        {
            var indexes = group.ToList();
            var results = await Sending.SendAsync(group.Key, indexes.ConvertAll(i => DeadLetterEnvelope.Unwrap(messages[i])), time, cancellationToken);
            for (var i = 0; i < results.Length; i++)
            {
                sent[indexes[i]] = results[i].IsSent;
                if (!results[i].IsSent)
                {
                    OnFailed?.Invoke(messages[indexes[i]], $"{group.Key.Name} did not take it: {results[i].Error}");
                }
            }
        }

        return sent;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sender in _senders.Values)
        {
            await sender.DisposeAsync();
        }
    }

    private async Task<(IQueueSender? Sender, string? Fault)> TargetOfAsync(Message message, CancellationToken cancellationToken)
    {
        if (target is not null)
        {
            return (await SenderAsync(target, cancellationToken), null);
        }

        if (message.Attributes.GetValueOrDefault(DeadLetterHeaders.SourceQueue) is not { } source)
        {
            return (null, $"it does not tell where it came from (no attribute {DeadLetterHeaders.SourceQueue}); name the queue with --to URI");
        }

        if (!_sources.TryGetValue(source, out var known))
        {
            _sources.Add(source, known = await SourceAsync(source, cancellationToken));
        }

        return known;
    }

    private async Task<(IQueueSender? Sender, string? Fault)> SourceAsync(string source, CancellationToken cancellationToken)
    {
        // What a message says of itself decides only among queues of the kind that it lies in, and never writes to a file.
        var uri = QueueUri.TryParse(source, out var named, out _) && named.Scheme == deadLetters.Scheme ? named : SiblingQueue.Find(deadLetters, source);
        if (uri is null || uri.Scheme == "file")
        {
            return (null, $"it came from '{source}', which is no URI of a {deadLetters.Scheme} queue; name the queue with --to URI");
        }

        if (uri.Equals(deadLetters) || deadLetters.Options.GetValueOrDefault("stream") == source)
        {
            return (null, $"it came from '{source}', the dead-letter queue itself; name the queue with --to URI");
        }

        try
        {
            if (!await ExistsAsync(uri, cancellationToken))
            {
                return (null, $"it came from '{source}', and there is no {uri}; name the queue with --to URI");
            }

            var sender = await SenderAsync(uri, cancellationToken);
            OnTarget?.Invoke(source, uri);
            return (sender, null);
        }
        catch (Exception e) when (e is QueueException or FormatException)
        {
            return (null, $"it came from '{source}', and {uri} cannot be opened: {OneLine.Of(e.Message)}; name the queue with --to URI");
        }
    }

    // A stream is made by the first message that is sent to it. One that was worked has a group.
    private async Task<bool> ExistsAsync(QueueUri uri, CancellationToken cancellationToken)
    {
        if (await queues.OpenAdminAsync(uri, cancellationToken) is not { } admin)
        {
            return true;
        }

        await using (admin)
        {
            var stats = await admin.GetStatsAsync(cancellationToken);
            return !(stats.Details.ContainsKey("stream") && stats.Details.GetValueOrDefault("groups") == "0" && stats.Ready is 0);
        }
    }

    private async Task<IQueueSender> SenderAsync(QueueUri uri, CancellationToken cancellationToken)
    {
        if (!_senders.TryGetValue(uri.Value, out var sender))
        {
            _senders.Add(uri.Value, sender = await queues.OpenSenderAsync(uri, cancellationToken));
        }

        return sender;
    }
}
