namespace Eventide;

/// <summary>A message's body cannot be read as the type that its handler wants; no retry can mend that.</summary>
public sealed class UnreadableBodyException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="type">The type that the handler wants.</param>
    /// <param name="innerException">What System.Text.Json found.</param>
    public UnreadableBodyException(Type type, Exception innerException)
        : base($"the body cannot be read as {type?.Name}: {innerException?.Message}", innerException)
    {
    }
}
