using Eventide.JmesPath;

namespace Eventide;

/// <summary>All equality tests on one path: one look at the message, one lookup, however many rules.</summary>
internal sealed class EqualityIndex
{
    private readonly byte[][] _path;
    private readonly Dictionary<JmesValue, int[]> _routes;

    /// <summary>Builds the index of a path.</summary>
    /// <param name="entries">The tests on that path, each with the route it belongs to.</param>
    public EqualityIndex(IReadOnlyList<(EqualityKey Key, int Route)> entries)
    {
        _path = [.. entries[0].Key.Path.Select(f => f.Utf8Name.ToArray())];
        _routes = entries
            .GroupBy(e => e.Key.Value)
            .ToDictionary(g => g.Key, g => g.Select(e => e.Route).Distinct().Order().ToArray());
    }

    /// <summary>The routes whose test holds, in ascending order, or null.</summary>
    public int[]? Find(JmesValue root)
    {
        var value = root;
        foreach (var name in _path)
        {
            // A member that is missing, and a member of what is no object, is null: as JMESPath has it.
            if (!value.TryGetMember(name, out value))
            {
                value = default;
                break;
            }
        }

        return value.Kind is JmesKind.Array or JmesKind.Object ? null : _routes.GetValueOrDefault(value);
    }
}
