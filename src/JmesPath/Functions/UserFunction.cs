using Eventide.JmesPath.Evaluation;
using Eventide.JmesPath.Syntax;

namespace Eventide.JmesPath.Functions;

/// <summary>A registered function: checks the types of its arguments, and turns what it throws into an evaluation error.</summary>
internal sealed class UserFunction(string name, int minArguments, int maxArguments, JmesFunction body, JmesTypes[] types)
    : FunctionImplementation(name, minArguments, maxArguments)
{
    public override JmesValue Invoke(FunctionCallNode call, in JmesValue current, ref EvaluationState state)
    {
        var nodes = call.ArgumentNodes;
        var arguments = nodes.Length == 0 ? [] : new JmesValue[nodes.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = nodes[i].Evaluate(current, ref state);
            var allowed = types.Length == 0 ? JmesTypes.Any : types[Math.Min(i, types.Length - 1)];
            if ((allowed & TypeOf(arguments[i].Kind)) == JmesTypes.None) Arguments.Fail(call, i, Describe(allowed), arguments[i].Kind, ref state);
        }
        if (state.HasError) return default;
        try
        {
            return body(arguments);
        }
        catch (Exception exception)
        {
            return state.Fail(new(call.Position, Name, exception));
        }
    }

    private static JmesTypes TypeOf(JmesKind kind) => kind switch
    {
        JmesKind.Null => JmesTypes.Null,
        JmesKind.False or JmesKind.True => JmesTypes.Boolean,
        JmesKind.Number => JmesTypes.Number,
        JmesKind.String => JmesTypes.String,
        JmesKind.Array => JmesTypes.Array,
        JmesKind.Object => JmesTypes.Object,
        _ => JmesTypes.Expression,
    };

    private static string Describe(JmesTypes types) =>
        types == JmesTypes.Any ? "any value that is no expression reference"
#pragma warning disable CA1308 // The words of a message, in lower case.
        : types.ToString().ToLowerInvariant().Replace(", ", " or ", StringComparison.Ordinal);
#pragma warning restore CA1308
}
