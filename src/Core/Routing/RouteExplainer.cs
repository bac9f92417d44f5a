using System.Globalization;
using Eventide.JmesPath;
using Eventide.JmesPath.Syntax;

namespace Eventide;

/// <summary>Finds the part of a rule that decided against a message, and shows what the message has there.</summary>
internal static class RouteExplainer
{
    private const int MaxShown = 120;

    public static RouteExplanation Explain(Route route, JmesValue root, Message message)
    {
        var rules = route.Rules.Select(r => Explain(r, root)).ToList();
        if (route.Handler.Predicate is { } predicate)
        {
            rules.Add(Explain(predicate, message));
        }

        return new RouteExplanation(route, route.IsMatch(root, message, null), rules);
    }

    private static RuleExplanation Explain(Func<Message, bool> predicate, Message message)
    {
        const string Name = "(predicate)";
        try
        {
            return predicate(message)
                ? new RuleExplanation(Name, true, null, null, null)
                : new RuleExplanation(Name, false, Name, "false", null);
        }
        catch (Exception e)
        {
            return new RuleExplanation(Name, false, Name, null, $"{e.GetType().Name}: {e.Message}");
        }
    }

    private static RuleExplanation Explain(JmesExpression rule, JmesValue root)
    {
        if (!rule.TryIsMatch(root, out var matches, out var error))
        {
            var failed = FailedCall(rule.Root, error.Position);
            return new RuleExplanation(rule.Text, false, Text(rule, failed), Show(rule, failed, root), error.ToString());
        }

        if (matches)
        {
            return new RuleExplanation(rule.Text, true, null, null, null);
        }

        var culprit = Culprit(rule.Root, root);
        return new RuleExplanation(rule.Text, false, Text(rule, culprit), Show(rule, culprit, root), null);
    }

    // The first operand of an "and" that does not hold decides, and within it likewise.
    private static JmesNode Culprit(JmesNode node, JmesValue root)
    {
        while (node is AndNode and)
        {
            node = and.Operands.First(o => !JmesExpression.Evaluate(o, root).IsTruthy);
        }

        return node;
    }

    // The call that met an argument it does not take; the position of the fault is that of the argument.
    private static JmesNode FailedCall(JmesNode node, int position) =>
        node.Children.Where(c => c.Position <= position && position < c.End).Select(c => FailedCall(c, position)).FirstOrDefault(c => c is FunctionCallNode)
        ?? node;

    // A node ends with its last part; a parenthesis that closes what it opened itself belongs to what is shown.
    private static string Text(JmesExpression rule, JmesNode node)
    {
        var end = node.End;
        while (end < rule.Text.Length && rule.Text[end] is (')' or ' ') && Unclosed(rule.Text.AsSpan(node.Position, end - node.Position)) > 0)
        {
            end++;
        }

        return rule.Text[node.Position..end];
    }

    private static int Unclosed(ReadOnlySpan<char> text) => text.Count('(') - text.Count(')');

    // The values of the operands that are not constants, each under its own text.
    private static string Show(JmesExpression rule, JmesNode node, JmesValue root)
    {
        var parts = Operands(node).Where(o => o is not LiteralNode).DistinctBy(o => Text(rule, o), StringComparer.Ordinal).Select(o => ShowOne(rule, o, root)).ToList();
        return parts.Count == 0 ? ShowOne(rule, node, root) : string.Join(", ", parts);
    }

    private static IEnumerable<JmesNode> Operands(JmesNode node) => node switch
    {
        ComparisonNode comparison => [comparison.Left, comparison.Right],
        NotNode or OrNode => node.Children.SelectMany(Operands),
        FunctionCallNode call => call.Children.Where(c => c is not ExpressionReferenceNode),
        _ => [node],
    };

    private static string ShowOne(JmesExpression rule, JmesNode node, JmesValue root)
    {
        var text = Text(rule, node);
        if (!JmesExpression.TryEvaluate(node, root, out var value, out var error))
        {
            return $"{text} fails: {error.Reason}";
        }

        var shown = $"{text} = {Shorten(value.ToJson())}";
        return value.Kind == JmesKind.Null && node is SubexpressionNode { Fields: { } fields } && Missing(fields, root) is { } missing
            ? $"{shown} ({missing})"
            : shown;
    }

    // Where a path of names breaks off.
    private static string? Missing(IReadOnlyList<FieldNode> fields, JmesValue root)
    {
        var value = root;
        for (var i = 0; i < fields.Count; i++)
        {
            if (!value.TryGetMember(fields[i].Name, out var next))
            {
                var at = string.Join('.', fields.Take(i).Select(f => f.Name));
                return value.Kind == JmesKind.Object
                    ? $"{at} has no member '{fields[i].Name}'"
                    : $"{at} is {value.Kind.ToString().ToLower(CultureInfo.InvariantCulture)}, which has no members";
            }

            value = next;
        }

        return null;
    }

    private static string Shorten(string json) => json.Length <= MaxShown ? json : string.Concat(json.AsSpan(0, MaxShown), "…");
}
