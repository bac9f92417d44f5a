namespace Eventide.Cli;

/// <summary>The command could not do its work, and its arguments are not to blame. The message says all that a person needs.</summary>
internal sealed class FailureException(string message, Exception? inner = null) : Exception(message, inner);
