namespace Eventide;

/// <summary>The place where a handler ran, another silo of the cluster, died while it ran: what became of the message there is not known.</summary>
public sealed class HandlerCrashedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">Which place it was, as far as that is known.</param>
    /// <param name="innerException">How it was noticed.</param>
    public HandlerCrashedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
