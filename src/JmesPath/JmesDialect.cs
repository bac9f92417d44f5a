namespace Eventide.JmesPath;

/// <summary>Which expressions the parser accepts.</summary>
public enum JmesDialect
{
    /// <summary>The published JMESPath grammar and nothing else. The default.</summary>
    Strict,

    /// <summary>
    /// The published grammar, and two more forms of operand beside a comparator (<c>==</c>, <c>!=</c>, <c>&lt;</c>, <c>&lt;=</c>,
    /// <c>&gt;</c>, <c>&gt;=</c>): a bare JSON number (<c>body.total &gt; 100</c>) and a bare <c>true</c>, <c>false</c> or <c>null</c>
    /// (<c>body.user.verified == true</c>), which strict JMESPath reads as the name of a field.
    /// </summary>
    Relaxed,
}
