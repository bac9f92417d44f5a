namespace Eventide.Queues;

internal enum MemoryEntryState
{
    /// <summary>Ready, or waiting for its turn in its group.</summary>
    Queued,

    /// <summary>Held back until its due time.</summary>
    Delayed,

    /// <summary>Leased to a receiver until its due time.</summary>
    InFlight,

    /// <summary>Settled, purged, or given to a later delivery.</summary>
    Gone,
}
