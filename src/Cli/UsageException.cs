namespace Eventide.Cli;

/// <summary>Wrong usage or configuration. The message says what was wrong, what was expected and what to do.</summary>
internal sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);
