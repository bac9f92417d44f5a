namespace Eventide;

/// <summary>Whether trying again can help a message that could not be settled.</summary>
public enum SettleFailureKind
{
    /// <summary>The queue was busy or out of reach: try again.</summary>
    Transient = 0,

    /// <summary>The delivery is no longer ours: its lease ran out, or the message is gone.</summary>
    LeaseLost = 1,

    /// <summary>The queue refuses, and will refuse again.</summary>
    Permanent = 2,
}
