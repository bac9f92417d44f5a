namespace GitHubWebhooks;

/// <summary>A rule and what it is for.</summary>
/// <param name="Name">What its handler would do something about.</param>
/// <param name="Expression">JMESPath over the message document, in the relaxed dialect.</param>
public sealed record Rule(string Name, string Expression);
