namespace Eventide.JmesPath;

/// <summary>
/// An expression that cannot be parsed, or that failed on a document. The message says what was wrong and what was expected, and
/// shows the place with a caret when the expression's text is known.
/// </summary>
public sealed class JmesPathException : FormatException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="kind">The sort of fault.</param>
    /// <param name="reason">What was wrong and what was expected, in one sentence.</param>
    /// <param name="position">Where in the expression, in UTF-16 characters from 0.</param>
    /// <param name="expression">The whole expression, or null when it is not known.</param>
    /// <param name="innerException">What a registered function threw, if that is the cause.</param>
    public JmesPathException(JmesErrorKind kind, string reason, int position, string? expression = null, Exception? innerException = null)
        : base(CaretText.Describe(reason, position, expression), innerException)
    {
        Kind = kind;
        Reason = reason;
        Position = position;
        Expression = expression;
    }

    /// <summary>The sort of fault.</summary>
    public JmesErrorKind Kind { get; }

    /// <summary>What was wrong and what was expected, without position and caret.</summary>
    public string Reason { get; }

    /// <summary>Where in the expression, in UTF-16 characters from 0; the expression's length when something is missing at its end.</summary>
    public int Position { get; }

    /// <summary>The whole expression, or null when it is not known (a lone node was evaluated).</summary>
    public string? Expression { get; }
}
