namespace Eventide;

/// <summary>Looks at a queue and looks after it, for the command line and for gauges. Never on the way of a message.</summary>
public interface IQueueAdmin : IAsyncDisposable
{
    /// <summary>Counts what is in the queue.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="QueueException">The queue could not be asked.</exception>
    ValueTask<QueueStats> GetStatsAsync(CancellationToken cancellationToken);

    /// <summary>Shows messages without taking them, where the queue can; where it cannot, they are received and released.</summary>
    /// <param name="max">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="QueueException">The queue could not be asked.</exception>
    ValueTask<IReadOnlyList<Message>> PeekAsync(int max, CancellationToken cancellationToken);

    /// <summary>Removes all messages.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>How many were removed, or <see langword="null"/> where the queue does not tell.</returns>
    /// <exception cref="QueueException">The queue could not be purged.</exception>
    ValueTask<long?> PurgeAsync(CancellationToken cancellationToken);

    /// <summary>Creates the queue (with its consumer group, where it has such) unless it exists.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it was created now.</returns>
    /// <exception cref="QueueException">The queue could not be created.</exception>
    ValueTask<bool> CreateAsync(CancellationToken cancellationToken);
}
