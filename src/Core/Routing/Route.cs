using Eventide.JmesPath;

namespace Eventide;

/// <summary>One handler in a routing table, its rules compiled.</summary>
public sealed class Route
{
    internal Route(int index, HandlerDescriptor handler, JmesExpression[] rules)
    {
        Index = index;
        Handler = handler;
        Rules = rules;
    }

    /// <summary>Its place in the table, from 0: the order in which routes are tried.</summary>
    public int Index { get; }

    /// <summary>The handler.</summary>
    public HandlerDescriptor Handler { get; }

    /// <summary>The compiled rules, in the handler's order.</summary>
    public IReadOnlyList<JmesExpression> Rules { get; }

    /// <summary>Whether a message matches, rule by rule; what the table's lookups must agree with.</summary>
    /// <param name="root">The message document.</param>
    /// <param name="message">The message.</param>
    /// <param name="onFailure">Told of rules that fail on the message; these do not match.</param>
    internal bool IsMatch(JmesValue root, Message message, RuleFailureCallback? onFailure)
    {
        var any = Handler.Match == Match.Any;
        var rules = Rules;
        for (var i = 0; i < rules.Count; i++)
        {
            if (!rules[i].TryIsMatch(root, out var match, out var error))
            {
                onFailure?.Invoke(this, rules[i].Text, message, error.ToString());
            }

            if (match == any)
            {
                return any;
            }
        }

        if (Handler.Predicate is { } predicate)
        {
            try
            {
                return predicate(message);
            }
            catch (Exception e)
            {
                onFailure?.Invoke(this, "(predicate)", message, $"{e.GetType().Name}: {e.Message}");
                return false;
            }
        }

        // All rules held, or none of several did; no rule at all takes everything.
        return !any || rules.Count == 0;
    }
}
