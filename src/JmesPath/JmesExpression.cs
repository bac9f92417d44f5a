using Eventide.JmesPath.Evaluation;
using Eventide.JmesPath.Syntax;

namespace Eventide.JmesPath;

/// <summary>
/// A compiled expression. It never changes and keeps nothing between evaluations, so that one instance serves any number of
/// threads at once.
/// </summary>
public sealed class JmesExpression
{
    private readonly int _maxDocumentDepth;

    internal JmesExpression(string text, JmesNode root, int maxDocumentDepth)
    {
        Text = text;
        Root = root;
        _maxDocumentDepth = maxDocumentDepth;
    }

    /// <summary>The expression as it was written.</summary>
    public string Text { get; }

    /// <summary>The syntax tree.</summary>
    public JmesNode Root { get; }

    /// <inheritdoc cref="JmesPath.Parse"/>
    public static JmesExpression Parse(string expression, JmesPathOptions? options = null) => JmesPath.Parse(expression, options);

    /// <summary>Evaluates the expression on a value.</summary>
    /// <param name="root">The document or value to start from.</param>
    /// <returns>The result. What it took from a document lives as long as that document's content.</returns>
    /// <exception cref="JmesPathException">A function was given an argument of a wrong type, or a registered function threw.</exception>
    public JmesValue Evaluate(JmesValue root)
    {
        var state = default(EvaluationState);
        var result = Root.Evaluate(root, ref state);
        return state.HasError ? throw state.Error.ToException(Text) : result;
    }

    /// <summary>Evaluates the expression on JSON text.</summary>
    /// <param name="utf8">One JSON value in UTF-8; it must not change while the result is in use.</param>
    /// <exception cref="JmesDocumentException">The text is not one JSON value, or is deeper than <see cref="JmesPathOptions.MaxDocumentDepth"/>.</exception>
    /// <exception cref="JmesPathException">As for <see cref="Evaluate(JmesValue)"/>.</exception>
    public JmesValue Evaluate(ReadOnlyMemory<byte> utf8) => Evaluate(JmesDocument.Parse(utf8, _maxDocumentDepth).Root);

    /// <summary>Evaluates one node, for showing how a whole expression came to its result.</summary>
    /// <param name="node">A node of any expression's tree.</param>
    /// <param name="current">The value that <c>@</c> stands for.</param>
    /// <exception cref="ArgumentNullException"><paramref name="node"/> is null.</exception>
    /// <exception cref="JmesPathException">As for <see cref="Evaluate(JmesValue)"/>.</exception>
    public static JmesValue Evaluate(JmesNode node, JmesValue current) =>
        TryEvaluate(node, current, out var result, out var error) ? result : throw error.ToException(expression: null);

    /// <summary>Evaluates one node, or says why it failed, without an exception.</summary>
    /// <param name="node">A node of any expression's tree.</param>
    /// <param name="current">The value that <c>@</c> stands for.</param>
    /// <param name="result">The result; null (<see cref="JmesKind.Null"/>) when false is returned.</param>
    /// <param name="error">What failed and where, when false is returned.</param>
    /// <exception cref="ArgumentNullException"><paramref name="node"/> is null.</exception>
    public static bool TryEvaluate(JmesNode node, JmesValue current, out JmesValue result, out JmesEvaluationError error)
    {
        ArgumentNullException.ThrowIfNull(node);
        var state = default(EvaluationState);
        result = node.Evaluate(current, ref state);
        error = state.Error;
        if (!state.HasError) return true;
        result = JmesValue.Null;
        return false;
    }

    /// <summary>Evaluates the expression on a value, or says why it failed, without an exception.</summary>
    /// <param name="root">The document or value to start from.</param>
    /// <param name="result">The result; null (<see cref="JmesKind.Null"/>) when false is returned.</param>
    /// <param name="error">What failed and where, when false is returned.</param>
    public bool TryEvaluate(JmesValue root, out JmesValue result, out JmesEvaluationError error) => TryEvaluate(Root, root, out result, out error);

    /// <summary>
    /// Whether the result is true-like (<see cref="JmesValue.IsTruthy"/>), without an exception when the evaluation fails: a rule
    /// that meets an unexpected type is a normal event. Predicates of fields, literals, comparisons, boolean operators,
    /// <c>contains</c>, <c>starts_with</c>, <c>ends_with</c> and <c>length</c> allocate nothing.
    /// </summary>
    /// <param name="root">The document or value to start from.</param>
    /// <param name="match">Whether the result is true-like; false when the evaluation failed.</param>
    /// <param name="error">What failed and where, when false is returned.</param>
    /// <returns>Whether the evaluation succeeded.</returns>
    public bool TryIsMatch(JmesValue root, out bool match, out JmesEvaluationError error)
    {
        var state = default(EvaluationState);
        match = Root.IsTrue(root, ref state);
        error = state.Error;
        if (!state.HasError) return true;
        match = false;
        return false;
    }

    /// <summary>Whether the result is true-like (<see cref="JmesValue.IsTruthy"/>).</summary>
    /// <param name="root">The document or value to start from.</param>
    /// <exception cref="JmesPathException">As for <see cref="Evaluate(JmesValue)"/>.</exception>
    public bool IsMatch(JmesValue root) => TryIsMatch(root, out var match, out var error) ? match : throw error.ToException(Text);

    /// <summary>The expression as it was written.</summary>
    public override string ToString() => Text;
}
