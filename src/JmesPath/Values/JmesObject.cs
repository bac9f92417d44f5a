namespace Eventide.JmesPath;

/// <summary>
/// An object whose members the caller supplies without building JSON, such as the document of a message around its body.
/// Implementations are read by several threads at once when the caller evaluates on several.
/// </summary>
public abstract class JmesObject
{
    /// <summary>Finds a member.</summary>
    /// <param name="utf8Name">The name in UTF-8.</param>
    /// <param name="value">The member's value, when true is returned.</param>
    public abstract bool TryGetMember(ReadOnlySpan<byte> utf8Name, out JmesValue value);

    /// <summary>All members, each name once: for <c>keys()</c>, <c>values()</c>, wildcards, comparison and serialisation.</summary>
    public abstract IReadOnlyList<KeyValuePair<string, JmesValue>> Members { get; }
}
