namespace Eventide;

/// <summary>What becomes of ticks that were missed: nothing was there to send them, or the queue could not be reached.</summary>
public enum CatchUp
{
    /// <summary>One message for all that were missed, with the time of the last of them, as soon as it can be sent. The default.</summary>
    Once = 0,

    /// <summary>None: a tick that could not be sent within five minutes is left out.</summary>
    Skip = 1,
}
