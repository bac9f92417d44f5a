namespace Eventide;

/// <summary>Whether one rule holds for a message, and why not.</summary>
/// <param name="Rule">The rule, as written.</param>
/// <param name="Matches">Whether it holds.</param>
/// <param name="FailedOn">The smallest part of the rule that decided against it; <see langword="null"/> where it holds.</param>
/// <param name="Found">What the message has there: <c>body.total = 50</c>; <see langword="null"/> where the rule holds.</param>
/// <param name="Error">What was wrong, where the rule failed on the message instead of being false.</param>
public sealed record RuleExplanation(string Rule, bool Matches, string? FailedOn, string? Found, string? Error);
