using Eventide.JmesPath.Evaluation;
using Eventide.JmesPath.Syntax;

namespace Eventide.JmesPath.Functions;

/// <summary>A function of the specification.</summary>
internal sealed class BuiltInFunction(string name, int minArguments, int maxArguments, BuiltInFunction.Body body)
    : FunctionImplementation(name, minArguments, maxArguments)
{
    public delegate JmesValue Body(FunctionCallNode call, in JmesValue current, ref EvaluationState state);

    public override JmesValue Invoke(FunctionCallNode call, in JmesValue current, ref EvaluationState state) => body(call, current, ref state);
}
