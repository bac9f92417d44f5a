namespace Eventide.JmesPath;

/// <summary>
/// Why an expression failed on a document. A value, so that a rule which fails on every message costs no exception and no
/// allocation; the text is made when it is asked for.
/// </summary>
public readonly struct JmesEvaluationError
{
    private readonly string? _function;
    private readonly string? _expected;
    private readonly string? _found;
    private readonly int _argument;
    private readonly JmesKind _actual;

    internal JmesEvaluationError(JmesErrorKind kind, int position, string function, int argument, string expected, string found, JmesKind actual)
    {
        _found = found;
        Kind = kind;
        Position = position;
        _function = function;
        _argument = argument;
        _expected = expected;
        _actual = actual;
    }

    internal JmesEvaluationError(int position, string function, Exception exception)
    {
        Kind = exception is JmesPathException known ? known.Kind : JmesErrorKind.FunctionFailed;
        Position = position;
        _function = function;
        Exception = exception;
    }

    /// <summary>The sort of fault.</summary>
    public JmesErrorKind Kind { get; }

    /// <summary>Where the failing sub-expression starts in the expression's text, in UTF-16 characters from 0.</summary>
    public int Position { get; }

    /// <summary>What a registered function threw; null for every other fault.</summary>
    public Exception? Exception { get; }

    /// <summary>What was wrong and what was expected, in one sentence; empty when there is no error.</summary>
    public string Reason => _function is null ? ""
        : Exception is not null ? $"The function {_function}() failed: {Exception.Message}"
        : $"The function {_function}() takes {_expected} as argument {_argument + 1}, but {_found} {Describe(_actual)}";

    /// <summary>Makes the exception that says the same.</summary>
    /// <param name="expression">The text of the whole expression, for the caret line, or null.</param>
    public JmesPathException ToException(string? expression) => new(Kind, Reason, Position, expression, Exception);

    /// <summary>The reason and the position.</summary>
    public override string ToString() => CaretText.Describe(Reason, Position, expression: null);

    private static string Describe(JmesKind kind) => kind switch
    {
        JmesKind.Null => "null",
        JmesKind.False or JmesKind.True => "a boolean",
        JmesKind.Number => "a number",
        JmesKind.String => "a string",
        JmesKind.Array => "an array",
        JmesKind.Object => "an object",
        _ => "an expression reference (&...)",
    };
}
