using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Eventide.JmesPath.Syntax;

namespace Eventide.JmesPath;

/// <summary>
/// A JSON text in UTF-8 and an index over it. Loading reads the text once, strictly by RFC 8259, and copies nothing of it. Of names
/// that occur more than once in an object the last counts. One instance can be loaded again and again and then allocates nothing
/// once its index is large enough; values taken from it are valid until it is loaded or cleared.
/// </summary>
/// <remarks>Loading is for one thread at a time; a loaded document may be read by many.</remarks>
public sealed class JmesDocument
{
    /// <summary>The default bound on nesting: 512 levels.</summary>
    public const int DefaultMaxDepth = 512;

    /// <summary>An index larger than this many bytes is let go by <see cref="Clear"/>: 1 MiB.</summary>
    public const int KeptBytes = 1 << 20;

    private const int NodeSize = 16;

    private TapeNode[] _nodes = [];
    private byte[] _text = [];

    /// <summary>Creates an empty document.</summary>
    /// <param name="maxDepth">The most levels of nesting that are accepted, from 1 to <see cref="JmesPathOptions.DeepestDocument"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDepth"/> is out of range.</exception>
    public JmesDocument(int maxDepth = DefaultMaxDepth)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDepth, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxDepth, JmesPathOptions.DeepestDocument);
        MaxDepth = maxDepth;
    }

    /// <summary>The most levels of nesting that are accepted.</summary>
    public int MaxDepth { get; }

    /// <summary>Whether a text is loaded.</summary>
    public bool IsLoaded { get; private set; }

    /// <summary>The document's value.</summary>
    /// <exception cref="InvalidOperationException">Nothing is loaded, or the last load failed.</exception>
    public JmesValue Root => IsLoaded ? Value(0) : throw new InvalidOperationException("The document is empty: load a text first.");

    /// <summary>Reads a text into a document of its own.</summary>
    /// <param name="utf8">One JSON value; it must not change while the document is in use.</param>
    /// <param name="maxDepth">The most levels of nesting that are accepted, from 1 to <see cref="JmesPathOptions.DeepestDocument"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDepth"/> is out of range.</exception>
    /// <exception cref="JmesDocumentException">The text is not one JSON value, or is deeper than <paramref name="maxDepth"/>.</exception>
    public static JmesDocument Parse(ReadOnlyMemory<byte> utf8, int maxDepth = DefaultMaxDepth)
    {
        var document = new JmesDocument(maxDepth);
        return document.TryLoad(utf8, out var error) ? document : throw new JmesDocumentException(error);
    }

    /// <summary>Reads a text, in place of the one before. Throws nothing, and allocates nothing once the index is large enough.</summary>
    /// <param name="utf8">One JSON value; it must not change until the document is loaded again or cleared.</param>
    /// <param name="error">What is wrong with the text, when false is returned.</param>
    public bool TryLoad(ReadOnlyMemory<byte> utf8, out JmesDocumentError error)
    {
        int offset;
        if (MemoryMarshal.TryGetArray(utf8, out var segment) && segment.Array is not null)
        {
            _text = segment.Array;
            offset = segment.Offset;
        }
        else
        {
            _text = utf8.ToArray();
            offset = 0;
        }
        IsLoaded = JsonTokenizer.Read(_text, offset, utf8.Length, MaxDepth, ref _nodes, out error);
        if (!IsLoaded) _text = [];
        return IsLoaded;
    }

    /// <summary>Forgets the text, and lets go of an index that a large text has grown beyond <see cref="KeptBytes"/>.</summary>
    public void Clear()
    {
        IsLoaded = false;
        _text = [];
        if (_nodes.Length > KeptBytes / NodeSize) _nodes = [];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ref TapeNode Node(int index) => ref _nodes[index];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ReadOnlySpan<byte> Raw(in TapeNode node) => new(_text, node.Start, node.Length);

    internal ReadOnlyMemory<byte> RawMemory(in TapeNode node) => new(_text, node.Start, node.Length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal JmesValue Value(int index) => new(this, index, Node(index).Kind);

    /// <summary>The value at the end of a path of names, or null.</summary>
    internal JmesValue Walk(int node, ReadOnlySpan<FieldNode> path)
    {
        foreach (var field in path)
        {
            if (Node(node).Kind != JmesKind.Object) return default;
            node = FindMember(node, field.Utf8);
            if (node < 0) return default;
        }
        return Value(node);
    }

    /// <summary>The value node of the last member of that name, or -1.</summary>
    internal int FindMember(int objectIndex, ReadOnlySpan<byte> name)
    {
        // Bounds stay checked: a value kept past its document's next load must not read foreign memory.
        var nodes = _nodes;
        var text = _text;
        var found = -1;
        var end = nodes[objectIndex].Next;
        for (var i = objectIndex + 1; i < end;)
        {
            ref var key = ref nodes[i];
            if (key.Has(TapeNode.Escaped))
            {
                if (JsonText.EscapedEquals(Raw(key), name)) found = i + 1;
            }
            else if (key.Length == name.Length && new ReadOnlySpan<byte>(text, key.Start, key.Length).SequenceEqual(name))
            {
                found = i + 1;
            }
            i = nodes[i + 1].Next;
        }
        return found;
    }

    /// <summary>Makes sure that names which a later one supersedes are marked as such; true if there are any.</summary>
    internal bool HasDuplicates(int objectIndex)
    {
        ref var node = ref Node(objectIndex);
        if (!node.Has(TapeNode.Checked)) DuplicateNames.Mark(this, objectIndex);
        return node.Has(TapeNode.Duplicates);
    }

    /// <summary>The number of different names in an object.</summary>
    internal int CountMembers(int objectIndex)
    {
        ref var node = ref Node(objectIndex);
        if (node.Length < 2 || !HasDuplicates(objectIndex)) return node.Length;
        var count = 0;
        for (var i = objectIndex + 1; i < node.Next; i = Node(i + 1).Next)
        {
            if (!Node(i).Has(TapeNode.Superseded)) count++;
        }
        return count;
    }
}
