using Eventide.JmesPath.Evaluation;
using Eventide.JmesPath.Syntax;

namespace Eventide.JmesPath.Functions;

/// <summary>A function that expressions can call.</summary>
internal abstract class FunctionImplementation(string name, int minArguments, int maxArguments)
{
    public string Name { get; } = name;

    public int MinArguments { get; } = minArguments;

    public int MaxArguments { get; } = maxArguments;

    public abstract JmesValue Invoke(FunctionCallNode call, in JmesValue current, ref EvaluationState state);
}
