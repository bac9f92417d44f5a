using Eventide.JmesPath.Evaluation;

namespace Eventide.JmesPath.Syntax;

/// <summary><c>left.right</c>: the right expression on the left one's result.</summary>
public sealed class SubexpressionNode : JmesNode
{
    private readonly FieldPath? _fields;

    internal SubexpressionNode(JmesNode left, JmesNode right)
        : base(left.Position, right.End)
    {
        Left = left;
        Right = right;
        Children = [left, right];
        _fields = (left, right) switch
        {
            (FieldNode outer, FieldNode inner) => new FieldPath(outer, inner),
            (SubexpressionNode { _fields: { } path }, FieldNode inner) => path.Append(inner),
            _ => null,
        };
        // A path of names is walked, not descended.
        Height = _fields is null ? Above(left, right) : 2;
    }

    /// <summary>The expression before the dot.</summary>
    public JmesNode Left { get; }

    /// <summary>The expression after the dot.</summary>
    public JmesNode Right { get; }

    /// <summary>The names from the outermost inwards, when the whole is nothing but names: <c>a.b.c</c>; otherwise null.</summary>
    public IReadOnlyList<FieldNode>? Fields => _fields;

    /// <inheritdoc/>
    public override IReadOnlyList<JmesNode> Children { get; }

    internal override JmesValue Evaluate(in JmesValue current, ref EvaluationState state) =>
        _fields is null ? Right.Evaluate(Left.Evaluate(current, ref state), ref state) : _fields.Walk(current);
}
