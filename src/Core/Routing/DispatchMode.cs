namespace Eventide;

/// <summary>Which of the handlers whose rules match a message get it.</summary>
public enum DispatchMode
{
    /// <summary>The first by order, then by registration. The default.</summary>
    FirstMatch = 0,

    /// <summary>All of them; each is a delivery of its own, and the message is settled when all are.</summary>
    AllMatches = 1,

    /// <summary>The only one; a message that more than one handler matches is treated as unmatched, and the handlers are named.</summary>
    ExactlyOne = 2,
}
