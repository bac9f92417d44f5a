using System.Collections.Frozen;

namespace Eventide.JmesPath.Functions;

/// <summary>The functions of the specification (jmespath.org/specification.html#built-in-functions).</summary>
internal static class BuiltInFunctions
{
    private static readonly FrozenDictionary<string, BuiltInFunction> s_functions = new BuiltInFunction[]
    {
        new("abs", 1, 1, NumberFunctions.Abs),
        new("avg", 1, 1, NumberFunctions.Avg),
        new("ceil", 1, 1, NumberFunctions.Ceil),
        new("contains", 2, 2, StringFunctions.Contains),
        new("ends_with", 2, 2, StringFunctions.EndsWith),
        new("floor", 1, 1, NumberFunctions.Floor),
        new("join", 2, 2, StringFunctions.Join),
        new("keys", 1, 1, ObjectFunctions.Keys),
        new("length", 1, 1, StringFunctions.Length),
        new("map", 2, 2, ArrayFunctions.Map),
        new("max", 1, 1, OrderFunctions.Max),
        new("max_by", 2, 2, OrderFunctions.MaxBy),
        new("merge", 1, int.MaxValue, ObjectFunctions.Merge),
        new("min", 1, 1, OrderFunctions.Min),
        new("min_by", 2, 2, OrderFunctions.MinBy),
        new("not_null", 1, int.MaxValue, ConversionFunctions.NotNull),
        new("reverse", 1, 1, StringFunctions.Reverse),
        new("sort", 1, 1, OrderFunctions.Sort),
        new("sort_by", 2, 2, OrderFunctions.SortBy),
        new("starts_with", 2, 2, StringFunctions.StartsWith),
        new("sum", 1, 1, NumberFunctions.Sum),
        new("to_array", 1, 1, ConversionFunctions.ToArray),
        new("to_number", 1, 1, ConversionFunctions.ToNumber),
        new("to_string", 1, 1, ConversionFunctions.ConvertToString),
        new("type", 1, 1, ConversionFunctions.TypeName),
        new("values", 1, 1, ObjectFunctions.Values),
    }.ToFrozenDictionary(function => function.Name, StringComparer.Ordinal);

    public static IReadOnlyList<string> Names => s_functions.Keys;

    public static BuiltInFunction? Find(string name) => s_functions.GetValueOrDefault(name);
}
