namespace Eventide;

/// <summary>What becomes of a message that no handler's rules match. Always counted and logged, whatever is chosen.</summary>
public enum UnmatchedPolicy
{
    /// <summary>Moved to the dead-letter queue where there is one, else released for the longest backoff. The default.</summary>
    DeadLetter = 0,

    /// <summary>Left to others: it comes back after the lease time.</summary>
    Release = 1,

    /// <summary>Acknowledged: it is gone.</summary>
    Acknowledge = 2,
}
