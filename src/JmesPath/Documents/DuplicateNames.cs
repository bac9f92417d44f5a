using System.Buffers;

namespace Eventide.JmesPath;

/// <summary>
/// Finds names that occur more than once in an object. Done when an object is first counted, listed or compared, not on load: most
/// are only asked for a member. Several threads may do it at once; they write the same marks.
/// </summary>
internal static class DuplicateNames
{
    private const int FewMembers = 12;

    public static void Mark(JmesDocument document, int objectIndex)
    {
        ref var node = ref document.Node(objectIndex);
        var duplicates = node.Length > FewMembers ? MarkMany(document, objectIndex, node) : MarkFew(document, objectIndex, node);
        if (duplicates) node.Flags |= TapeNode.Duplicates;
        Volatile.Write(ref node.Flags, (byte)(node.Flags | TapeNode.Checked));
    }

    private static bool MarkFew(JmesDocument document, int objectIndex, in TapeNode node)
    {
        var duplicates = false;
        for (var i = objectIndex + 1; i < node.Next; i = document.Node(i + 1).Next)
        {
            for (var j = document.Node(i + 1).Next; j < node.Next; j = document.Node(j + 1).Next)
            {
                if (!JsonText.SameString(document, document.Node(i), document, document.Node(j))) continue;
                document.Node(i).Flags |= TapeNode.Superseded;
                duplicates = true;
                break;
            }
        }
        return duplicates;
    }

    /// <summary>An open-addressing table of node indexes, so that a hostile object of many names costs linear time.</summary>
    private static bool MarkMany(JmesDocument document, int objectIndex, in TapeNode node)
    {
        var size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)node.Length * 2);
        var table = ArrayPool<int>.Shared.Rent(size);
        try
        {
            table.AsSpan(0, size).Clear();
            var duplicates = false;
            for (var i = objectIndex + 1; i < node.Next; i = document.Node(i + 1).Next)
            {
                var slot = JsonText.HashString(document, document.Node(i)) & (size - 1);
                while (table[slot] != 0)
                {
                    ref var earlier = ref document.Node(table[slot]);
                    if (JsonText.SameString(document, earlier, document, document.Node(i)))
                    {
                        earlier.Flags |= TapeNode.Superseded;
                        duplicates = true;
                        break;
                    }
                    slot = (slot + 1) & (size - 1);
                }
                table[slot] = i;
            }
            return duplicates;
        }
        finally
        {
            ArrayPool<int>.Shared.Return(table);
        }
    }
}
