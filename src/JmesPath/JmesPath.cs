using System.Diagnostics.CodeAnalysis;
using Eventide.JmesPath.Syntax;

namespace Eventide.JmesPath;

/// <summary>
/// JMESPath: compiles expressions of the published language (jmespath.org/specification.html). From a namespace below
/// <c>Eventide</c>, where the name means the namespace, <see cref="JmesExpression.Parse"/> is the same.
/// </summary>
[SuppressMessage("Naming", "CA1724:Type names should not match namespaces", Justification = "The class is the language's name, and so is the package.")]
[SuppressMessage("Design", "MA0049:Type name should not match containing namespace", Justification = "The class is the language's name, and so is the package.")]
public static class JmesPath
{
    /// <summary>Compiles an expression. Unknown functions, wrong numbers of arguments and slice steps of 0 are found here too.</summary>
    /// <param name="expression">The text.</param>
    /// <param name="options">Dialect, bounds, functions; null for the defaults (strict).</param>
    /// <exception cref="ArgumentNullException"><paramref name="expression"/> is null.</exception>
    /// <exception cref="JmesPathException">The text is not an expression; position, caret and what was expected are in it.</exception>
    public static JmesExpression Parse(string expression, JmesPathOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(expression);
        options ??= JmesPathOptions.Default;
        return new JmesExpression(expression, new Parser(expression, options).Parse(), options.MaxDocumentDepth);
    }

    /// <summary>Compiles an expression, or says why it cannot.</summary>
    /// <param name="expression">The text.</param>
    /// <param name="options">Dialect, bounds, functions; null for the defaults (strict).</param>
    /// <param name="result">The expression, when true is returned.</param>
    /// <param name="error">What is wrong with the text, when false is returned.</param>
    /// <exception cref="ArgumentNullException"><paramref name="expression"/> is null.</exception>
    public static bool TryParse(
        string expression, JmesPathOptions? options, [NotNullWhen(true)] out JmesExpression? result, [NotNullWhen(false)] out JmesPathException? error)
    {
        try
        {
            result = Parse(expression, options);
            error = null;
            return true;
        }
        catch (JmesPathException fault)
        {
            result = null;
            error = fault;
            return false;
        }
    }
}
