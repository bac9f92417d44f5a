using System.Diagnostics.CodeAnalysis;

namespace Eventide.JmesPath;

/// <summary>The types that an argument of a registered function may have.</summary>
[SuppressMessage("Naming", "CA1720:Identifier contains type name", Justification = "These are JSON's own names for its types.")]
[Flags]
public enum JmesTypes
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Null.</summary>
    Null = 1,

    /// <summary>True and false.</summary>
    Boolean = 2,

    /// <summary>Numbers.</summary>
    Number = 4,

    /// <summary>Strings.</summary>
    String = 8,

    /// <summary>Arrays.</summary>
    Array = 16,

    /// <summary>Objects.</summary>
    Object = 32,

    /// <summary>Expression references (<c>&amp;expression</c>); evaluate them with <see cref="JmesValue.Apply"/>.</summary>
    Expression = 64,

    /// <summary>Every type but an expression reference.</summary>
    Any = Null | Boolean | Number | String | Array | Object,
}
