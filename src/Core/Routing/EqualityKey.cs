using Eventide.JmesPath;
using Eventide.JmesPath.Syntax;

namespace Eventide;

/// <summary>An equality test between a path of names and a constant: <c>body.type == 'order'</c>.</summary>
/// <param name="Path">The names, from the outermost inwards.</param>
/// <param name="Value">The constant; a string, number, boolean or null.</param>
internal sealed record EqualityKey(IReadOnlyList<FieldNode> Path, JmesValue Value)
{
    // An "or" of more tests than this is evaluated instead of being looked up.
    private const int MaxAlternatives = 64;

    /// <summary>The path as one string, for grouping.</summary>
    public string PathName => string.Join('\0', Path.Select(f => f.Name));

    /// <summary>Tests of which at least one holds whenever the handler matches, or null where there is no such set.</summary>
    /// <param name="handler">The handler.</param>
    /// <param name="rules">Its rules.</param>
    /// <param name="isExact">Whether, the other way round, the handler matches whenever one of them holds.</param>
    public static IReadOnlyList<EqualityKey>? Of(HandlerDescriptor handler, IReadOnlyList<JmesExpression> rules, out bool isExact)
    {
        isExact = false;
        if (rules.Count == 0)
        {
            return null;
        }

        if (handler.Match == Match.All || (rules.Count == 1 && handler.Predicate is null))
        {
            var best = rules.Select(r => Of(r.Root)).Where(k => k is not null).MinBy(k => k!.Count);
            isExact = rules.Count == 1 && handler.Predicate is null && IsExact(rules[0].Root);
            return best;
        }

        if (handler.Predicate is not null)
        {
            return null;
        }

        isExact = rules.All(r => IsExact(r.Root));
        return Union(rules.Select(r => r.Root));
    }

    private static IReadOnlyList<EqualityKey>? Of(JmesNode node) => node switch
    {
        ComparisonNode comparison when AsKey(comparison) is { } key => [key],
        AndNode and => and.Operands.Select(Of).Where(k => k is not null).MinBy(k => k!.Count),
        OrNode or => Union(or.Operands),
        _ => null,
    };

    private static List<EqualityKey>? Union(IEnumerable<JmesNode> nodes)
    {
        var all = new List<EqualityKey>();
        foreach (var node in nodes)
        {
            if (Of(node) is not { } keys || all.Count + keys.Count > MaxAlternatives)
            {
                return null;
            }

            all.AddRange(keys);
        }

        return all;
    }

    private static bool IsExact(JmesNode node) => node switch
    {
        ComparisonNode comparison => AsKey(comparison) is not null,
        OrNode or => or.Operands.Count <= MaxAlternatives && or.Operands.All(IsExact),
        _ => false,
    };

    private static EqualityKey? AsKey(ComparisonNode comparison) => comparison.Comparison != JmesComparison.Equal
        ? null
        : (comparison.Left, comparison.Right) switch
        {
            (LiteralNode literal, var other) => AsKey(other, literal),
            (var other, LiteralNode literal) => AsKey(other, literal),
            _ => null,
        };

    private static EqualityKey? AsKey(JmesNode path, LiteralNode literal)
    {
        if (literal.Value.Kind is JmesKind.Array or JmesKind.Object)
        {
            return null;
        }

        return path switch
        {
            FieldNode field => new EqualityKey([field], literal.Value),
            SubexpressionNode { Fields: { } fields } => new EqualityKey(fields, literal.Value),
            _ => null,
        };
    }
}
