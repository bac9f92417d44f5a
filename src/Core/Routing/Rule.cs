using Eventide.JmesPath;
using Eventide.JmesPath.Syntax;

namespace Eventide;

/// <summary>How rules are read: JMESPath in the relaxed dialect.</summary>
internal static class Rule
{
    public static JmesPathOptions Options { get; } = new() { Dialect = JmesDialect.Relaxed, MaxDocumentDepth = Message.MaxBodyDepth };

    public static JmesExpression Parse(string rule) => JmesExpression.Parse(rule, Options);

    /// <summary>Finds <c>!a.b</c>, which by the published grammar is a member of the boolean <c>!a</c>, always null, and never what was meant.</summary>
    /// <returns>What is wrong and what to write instead, or null.</returns>
    public static string? FindTrap(JmesExpression rule)
    {
        var open = new Stack<JmesNode>([rule.Root]);
        while (open.TryPop(out var node))
        {
            if (node is SubexpressionNode { Left: var left } path && Leftmost(left) is NotNode not)
            {
                var text = rule.Text[not.Position..path.End];
                var meant = text.TrimStart('!');
                return $"'{text}' in '{rule.Text}' asks for a member of a boolean: in JMESPath '!' binds closer than '.'. Write !({meant}).";
            }

            foreach (var child in node.Children)
            {
                open.Push(child);
            }
        }

        return null;
    }

    private static JmesNode Leftmost(JmesNode node)
    {
        while (node is SubexpressionNode path)
        {
            node = path.Left;
        }

        return node;
    }
}
