namespace Eventide;

/// <summary>Told of a rule that failed on a message (a function met a type it does not take); the rule does not match.</summary>
/// <param name="route">Whose rule it is.</param>
/// <param name="rule">The rule, as written.</param>
/// <param name="message">The message.</param>
/// <param name="error">What was wrong and where.</param>
public delegate void RuleFailureCallback(Route route, string rule, Message message, string error);
