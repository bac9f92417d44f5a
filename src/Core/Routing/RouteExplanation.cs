namespace Eventide;

/// <summary>Whether one handler takes a message, and why (not).</summary>
/// <param name="Route">The handler.</param>
/// <param name="Matches">Whether its rules, combined as it says, hold.</param>
/// <param name="Rules">Each rule's verdict; a predicate stands last, as <c>(predicate)</c>.</param>
public sealed record RouteExplanation(Route Route, bool Matches, IReadOnlyList<RuleExplanation> Rules);
