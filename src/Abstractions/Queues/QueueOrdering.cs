namespace Eventide;

/// <summary>What order a queue promises.</summary>
public enum QueueOrdering
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Messages of one group come in the order in which they were sent.</summary>
    PerGroup = 1,

    /// <summary>All messages come in the order in which they were sent, those released excepted.</summary>
    Total = 2,
}
