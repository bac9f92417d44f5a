namespace Eventide;

/// <summary>What a handler asks to be done with its message.</summary>
public enum HandlerResultKind
{
    /// <summary>Acknowledge it.</summary>
    Success = 0,

    /// <summary>Run it again later.</summary>
    Retry = 1,

    /// <summary>Move it to the dead-letter queue.</summary>
    DeadLetter = 2,
}
