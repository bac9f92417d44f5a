namespace Eventide;

/// <summary>A queue could not be opened, asked, or told. The message says what was wrong, where, and what to do.</summary>
public class QueueException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="queue">The name of the queue; no secrets.</param>
    /// <param name="message">What was wrong and what to do.</param>
    /// <param name="isTransient">Whether the same call may succeed later.</param>
    /// <param name="innerException">What caused it.</param>
    public QueueException(string queue, string message, bool isTransient, Exception? innerException = null)
        : base($"{queue}: {message}", innerException)
    {
        Queue = queue;
        IsTransient = isTransient;
    }

    /// <summary>The name of the queue.</summary>
    public string Queue { get; }

    /// <summary>Whether the same call may succeed later: the server is busy or out of reach. False where it needs a
    /// person: a wrong name, a missing permission.</summary>
    public bool IsTransient { get; }
}
