using System.Collections.Concurrent;

namespace Eventide.Queues;

/// <summary>A set of named memory queues: what a server is to the other kinds of queue. Thread-safe.</summary>
public sealed class MemoryBroker
{
    private readonly ConcurrentDictionary<string, MemoryQueue> _queues = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly MemoryQueueOptions _options;

    /// <summary>Creates an empty broker, apart from all others.</summary>
    /// <param name="time">Where delays and leases take their time from; the system's clock by default.</param>
    /// <param name="options">How its queues behave, unless <see cref="GetQueue(string, MemoryQueueOptions?)"/> says otherwise.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public MemoryBroker(TimeProvider? time = null, MemoryQueueOptions? options = null)
    {
        _time = time ?? TimeProvider.System;
        _options = options ?? new MemoryQueueOptions();
        MemoryQueueOptions.Validate(_options);
    }

    /// <summary>The broker that all of the process shares; <c>memory:</c> URIs name its queues.</summary>
    public static MemoryBroker Default { get; } = new();

    /// <summary>The names of the queues there are, in no order.</summary>
    public IReadOnlyCollection<string> QueueNames => [.. _queues.Keys];

    /// <summary>Finds a queue by its name, or makes it.</summary>
    /// <param name="name">The name, not empty; case-sensitive.</param>
    /// <param name="options">How the queue behaves where it is made now; an existing queue keeps its own.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public MemoryQueue GetQueue(string name, MemoryQueueOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (options is not null)
        {
            MemoryQueueOptions.Validate(options);
        }

        return _queues.GetOrAdd(name, static (n, a) => new MemoryQueue(n, a.Options, a.Time), (Options: options ?? _options, Time: _time));
    }
}
