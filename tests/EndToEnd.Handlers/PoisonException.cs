namespace EndToEnd.Handlers;

/// <summary>What poison does to its handler.</summary>
/// <param name="message">What happened.</param>
public sealed class PoisonException(string message) : Exception(message);
