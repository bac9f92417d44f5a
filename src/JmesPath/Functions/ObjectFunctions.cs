using Eventide.JmesPath.Evaluation;
using Eventide.JmesPath.Syntax;

namespace Eventide.JmesPath.Functions;

/// <summary><c>keys</c>, <c>merge</c>, <c>values</c>.</summary>
internal static class ObjectFunctions
{
    public static JmesValue Keys(FunctionCallNode call, in JmesValue current, ref EvaluationState state)
    {
        if (!Arguments.TryObject(call, 0, current, ref state, out var value)) return default;
        var keys = new JmesValue[value.CountMembers()];
        var i = 0;
        foreach (var member in value.EnumerateObject()) keys[i++] = member.NameValue;
        return JmesValue.FromArray(keys);
    }

    public static JmesValue Values(FunctionCallNode call, in JmesValue current, ref EvaluationState state)
    {
        if (!Arguments.TryObject(call, 0, current, ref state, out var value)) return default;
        var values = new JmesValue[value.CountMembers()];
        var i = 0;
        foreach (var member in value.EnumerateObject()) values[i++] = member.Value;
        return JmesValue.FromArray(values);
    }

    /// <summary>All members of all objects; of equal names the last one's value, at the first one's place.</summary>
    public static JmesValue Merge(FunctionCallNode call, in JmesValue current, ref EvaluationState state)
    {
        var slots = new Dictionary<string, int>(StringComparer.Ordinal);
        var names = new List<JmesName>();
        var values = new List<JmesValue>();
        for (var i = 0; i < call.ArgumentNodes.Length; i++)
        {
            if (!Arguments.TryObject(call, i, current, ref state, out var value)) return default;
            foreach (var member in value.EnumerateObject())
            {
                var name = member.Name;
                if (slots.TryGetValue(name, out var slot))
                {
                    values[slot] = member.Value;
                    continue;
                }
                slots.Add(name, names.Count);
                names.Add(new(name));
                values.Add(member.Value);
            }
        }
        return JmesValue.FromObject(new ComputedObject([.. names], [.. values]));
    }
}
