using System.Collections;
using System.Runtime.InteropServices;

namespace Eventide.JmesPath.Syntax;

/// <summary>
/// The names of a path <c>a.b.c</c>. The paths <c>a.b</c> and <c>a.b.c</c> share one list, so that a long path costs linear memory.
/// </summary>
internal sealed class FieldPath : IReadOnlyList<FieldNode>
{
    private readonly List<FieldNode> _fields;

    public FieldPath(FieldNode first, FieldNode second)
        : this([first, second])
    {
    }

    private FieldPath(List<FieldNode> fields)
    {
        _fields = fields;
        Count = fields.Count;
    }

    public int Count { get; }

    public FieldNode this[int index] => index < Count ? _fields[index] : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>The path with one more name. Only the parser appends, once to each path.</summary>
    public FieldPath Append(FieldNode field)
    {
        var fields = _fields.Count == Count ? _fields : _fields[..Count];
        fields.Add(field);
        return new(fields);
    }

    /// <summary>The value at the end of the path, or null.</summary>
    public JmesValue Walk(in JmesValue start)
    {
        var names = CollectionsMarshal.AsSpan(_fields)[..Count];
        var value = start;
        for (var i = 0; i < names.Length; i++)
        {
            // Within a document the rest of the way is node numbers.
            if (value.Document is { } document) return document.Walk(value.NodeIndex, names[i..]);
            if (!value.TryGetMember(names[i].Utf8, out value)) return default;
        }
        return value;
    }

    public IEnumerator<FieldNode> GetEnumerator() => _fields.Take(Count).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
