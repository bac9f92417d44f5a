using System.Runtime.InteropServices;

namespace Eventide.JmesPath;

/// <summary>
/// One value, or one member name, of a document. Nodes lie in document order: an array is followed by its elements, an object by
/// name, value, name, value.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TapeNode
{
    /// <summary>A string, or a name, that holds escape sequences.</summary>
    public const byte Escaped = 1;

    /// <summary>An object whose names have been searched for duplicates.</summary>
    public const byte Checked = 2;

    /// <summary>An object in which a name occurs more than once.</summary>
    public const byte Duplicates = 4;

    /// <summary>A name that occurs again later in the same object: the later one counts.</summary>
    public const byte Superseded = 8;

    /// <summary>A number without fraction and exponent.</summary>
    public const byte Integer = 16;

    /// <summary>The first byte in the text: of a string's content, of a number, of a container's bracket.</summary>
    public int Start;

    /// <summary>Bytes of a string's content or of a number; elements of an array; members of an object, duplicates counted.</summary>
    public int Length;

    /// <summary>The node after this value and all it contains.</summary>
    public int Next;

    public JmesKind Kind;

    public byte Flags;

    public readonly bool Has(byte flag) => (Flags & flag) != 0;
}
