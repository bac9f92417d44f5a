namespace GitHubWebhooks;

/// <summary>One payload.</summary>
/// <param name="Event">The event's name.</param>
/// <param name="Payload">The payload as JSON.</param>
public sealed record Webhook(string Event, string Payload);
