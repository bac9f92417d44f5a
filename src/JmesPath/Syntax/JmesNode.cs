using Eventide.JmesPath.Evaluation;

namespace Eventide.JmesPath.Syntax;

/// <summary>
/// A node of an expression's syntax tree. Nodes never change. Grouping parentheses leave no node of their own.
/// </summary>
public abstract class JmesNode
{
    private protected JmesNode(int position, int end)
    {
        Position = position;
        End = end;
    }

    /// <summary>Where the sub-expression starts in the expression's text, in UTF-16 characters from 0.</summary>
    public int Position { get; }

    /// <summary>Where the sub-expression ends: the position after its last character.</summary>
    public int End { get; }

    /// <summary>The sub-expressions, in the order of the text.</summary>
    public abstract IReadOnlyList<JmesNode> Children { get; }

    /// <summary>The levels of the tree from here down; 1 for a leaf.</summary>
    internal int Height { get; private protected init; } = 1;

    internal abstract JmesValue Evaluate(in JmesValue current, ref EvaluationState state);

    /// <summary>The truth of the result, for nodes that can tell it more cheaply than by making the result.</summary>
    internal virtual bool IsTrue(in JmesValue current, ref EvaluationState state) => Evaluate(current, ref state).IsTruthy;

    private protected static int Above(JmesNode child) => child.Height + 1;

    private protected static int Above(JmesNode left, JmesNode right) => Math.Max(left.Height, right.Height) + 1;

    private protected static int Above(IReadOnlyList<JmesNode> children)
    {
        var height = 0;
        foreach (var child in children) height = Math.Max(height, child.Height);
        return height + 1;
    }
}
