using Eventide.JmesPath;

namespace Eventide;

/// <summary>How rules are read: JMESPath in the relaxed dialect.</summary>
internal static class Rule
{
    public static JmesPathOptions Options { get; } = new() { Dialect = JmesDialect.Relaxed, MaxDocumentDepth = Message.MaxBodyDepth };

    public static JmesExpression Parse(string rule) => JmesExpression.Parse(rule, Options);
}
