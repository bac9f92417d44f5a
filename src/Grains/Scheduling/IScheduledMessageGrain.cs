using Orleans;
using Orleans.Concurrency;

namespace Eventide.Orleans;

/// <summary>Keeps one message until it is due, and sends it.</summary>
[Alias("Eventide.IScheduledMessageGrain")]
internal interface IScheduledMessageGrain : IDueGrain
{
    /// <summary>Takes a message over, unless one waits here already. When it returns, a message is stored and its reminder set.</summary>
    [Alias("Schedule")]
    Task ScheduleAsync([Immutable] ScheduledMessage message);

    /// <summary>Forgets the message.</summary>
    /// <returns>Whether there was one.</returns>
    [Alias("Cancel")]
    Task<bool> CancelAsync();

    /// <summary>When the message is due, or <see langword="null"/> where there is none.</summary>
    [Alias("Find")]
    Task<DateTimeOffset?> FindAsync();
}
