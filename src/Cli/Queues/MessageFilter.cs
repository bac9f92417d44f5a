using Eventide.JmesPath;

namespace Eventide.Cli;

/// <summary>Chooses messages by a rule, as handlers do: relaxed JMESPath over the message document.</summary>
internal sealed class MessageFilter
{
    private readonly MessageDocument _document = new();
    private readonly JmesExpression? _expression;

    private MessageFilter(JmesExpression? expression) => _expression = expression;

    /// <summary>Reads the expression; null lets every message through.</summary>
    /// <exception cref="UsageException">It cannot be read.</exception>
    public static MessageFilter Parse(string? expression)
    {
        try
        {
            return new MessageFilter(expression is null ? null : JmesExpression.Parse(
                expression, new JmesPathOptions { Dialect = JmesDialect.Relaxed, MaxDocumentDepth = Message.MaxBodyDepth }));
        }
        catch (JmesPathException e)
        {
            throw new UsageException($"--filter cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Whether every message is let through.</summary>
    public bool IsOpen => _expression is null;

    /// <summary>Whether a message is chosen; one on which the expression fails is not.</summary>
    public bool Matches(Message message)
    {
        if (_expression is null)
        {
            return true;
        }

        _document.Load(message);
        return _expression.TryIsMatch(_document.Root, out var matches, out _) && matches;
    }
}
