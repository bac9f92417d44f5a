using Eventide.JmesPath.Evaluation;
using Eventide.JmesPath.Functions;

namespace Eventide.JmesPath.Syntax;

/// <summary>A call of a built-in or registered function.</summary>
public sealed class FunctionCallNode : JmesNode
{
    private readonly JmesNode[] _arguments;
    private readonly FunctionImplementation _implementation;

    internal FunctionCallNode(int position, string name, JmesNode[] arguments, FunctionImplementation implementation, int end)
        : base(position, end)
    {
        Name = name;
        _arguments = arguments;
        _implementation = implementation;
        Height = arguments.Length == 0 ? 1 : Above(arguments);
    }

    /// <summary>The function's name.</summary>
    public string Name { get; }

    /// <summary>The arguments.</summary>
    public IReadOnlyList<JmesNode> Arguments => _arguments;

    /// <inheritdoc/>
    public override IReadOnlyList<JmesNode> Children => _arguments;

    internal ReadOnlySpan<JmesNode> ArgumentNodes => _arguments;

    internal override JmesValue Evaluate(in JmesValue current, ref EvaluationState state) =>
        _implementation.Invoke(this, current, ref state);
}
