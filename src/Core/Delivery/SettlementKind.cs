namespace Eventide;

/// <summary>What is to become of one delivery of a message to a handler.</summary>
public enum SettlementKind
{
    /// <summary>It is done: the message can be removed from its queue.</summary>
    Acknowledge = 0,

    /// <summary>It is run again after a delay.</summary>
    Retry = 1,

    /// <summary>It is given up: the message goes to the dead-letter queue.</summary>
    DeadLetter = 2,

    /// <summary>It goes back to its queue without having failed.</summary>
    Release = 3,
}
