namespace Eventide.JmesPath;

/// <summary>How expressions are parsed and what bounds they have. Set once; the parser reads it and keeps no reference.</summary>
public sealed class JmesPathOptions
{
    /// <summary>The largest value of <see cref="MaxExpressionLength"/>: 1,048,576 characters.</summary>
    public const int LongestExpression = 1 << 20;

    /// <summary>The largest value of <see cref="MaxExpressionDepth"/>: 512. Evaluation recurses once a level, so it is bounded by the stack.</summary>
    public const int DeepestExpression = 512;

    /// <summary>The largest value of <see cref="MaxExpressionNodes"/>: 1,000,000.</summary>
    public const int MostExpressionNodes = 1_000_000;

    /// <summary>The largest value of <see cref="MaxDocumentDepth"/>: 2048.</summary>
    public const int DeepestDocument = 2048;

    internal static JmesPathOptions Default { get; } = new();

    private readonly JmesDialect _dialect;
    private readonly int _maxExpressionLength = 65_536;
    private readonly int _maxExpressionDepth = 256;
    private readonly int _maxExpressionNodes = 10_000;
    private readonly int _maxDocumentDepth = 512;

    /// <summary>The accepted language. Default: <see cref="JmesDialect.Strict"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a named dialect.</exception>
    public JmesDialect Dialect
    {
        get => _dialect;
        init => _dialect = Enum.IsDefined(value) ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "The dialect is Strict or Relaxed.");
    }

    /// <summary>The longest expression, in UTF-16 characters. Default 65,536; from 1 to <see cref="LongestExpression"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Out of range.</exception>
    public int MaxExpressionLength { get => _maxExpressionLength; init => _maxExpressionLength = InRange(value, LongestExpression); }

    /// <summary>
    /// The deepest expression: brackets within brackets while parsing, and levels of the syntax tree. A run of <c>&amp;&amp;</c> or
    /// <c>||</c> is one level however long. Default 256; from 1 to <see cref="DeepestExpression"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Out of range.</exception>
    public int MaxExpressionDepth { get => _maxExpressionDepth; init => _maxExpressionDepth = InRange(value, DeepestExpression); }

    /// <summary>The most nodes of the syntax tree. Default 10,000; from 1 to <see cref="MostExpressionNodes"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Out of range.</exception>
    public int MaxExpressionNodes { get => _maxExpressionNodes; init => _maxExpressionNodes = InRange(value, MostExpressionNodes); }

    /// <summary>
    /// The deepest document that is accepted as a JSON literal, and through <see cref="JmesExpression.Evaluate(ReadOnlyMemory{byte})"/>.
    /// Default 512; from 1 to <see cref="DeepestDocument"/>.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Out of range.</exception>
    public int MaxDocumentDepth { get => _maxDocumentDepth; init => _maxDocumentDepth = InRange(value, DeepestDocument); }

    /// <summary>Functions beyond the built-in ones. Default: none.</summary>
    public JmesFunctions? Functions { get; init; }

    private static int InRange(int value, int max, [System.Runtime.CompilerServices.CallerMemberName] string name = "") =>
        value >= 1 && value <= max ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be from 1 to {max.ToString(System.Globalization.CultureInfo.InvariantCulture)}.");
}
