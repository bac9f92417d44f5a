using System.Diagnostics.CodeAnalysis;

namespace Eventide.JmesPath;

/// <summary>The type of a value.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "These are JSON's own names for its types.")]
public enum JmesKind : byte
{
    /// <summary>JSON null, and whatever is missing.</summary>
    Null,

    /// <summary>JSON false.</summary>
    False,

    /// <summary>JSON true.</summary>
    True,

    /// <summary>A number.</summary>
    Number,

    /// <summary>A string.</summary>
    String,

    /// <summary>An array.</summary>
    Array,

    /// <summary>An object.</summary>
    Object,

    /// <summary>An expression reference (<c>&amp;expression</c>), which only functions see.</summary>
    Expression,
}
