using System.Collections.Concurrent;
using Eventide.JmesPath.Functions;

namespace Eventide.JmesPath;

/// <summary>
/// Functions beyond the built-in ones, given to the parser by <see cref="JmesPathOptions.Functions"/>. An expression keeps the
/// functions that were registered when it was parsed.
/// </summary>
public sealed class JmesFunctions
{
    private readonly ConcurrentDictionary<string, UserFunction> _functions = new(StringComparer.Ordinal);

    /// <summary>The registered names.</summary>
    public IReadOnlyCollection<string> Names => [.. _functions.Keys];

    /// <summary>Registers a function.</summary>
    /// <param name="name">Letters, digits and underscores, no digit first; not the name of a built-in or registered function.</param>
    /// <param name="minArguments">The least number of arguments, from 0.</param>
    /// <param name="maxArguments">The largest number of arguments, or <see cref="int.MaxValue"/> for any number.</param>
    /// <param name="function">What to call.</param>
    /// <param name="argumentTypes">
    /// What each argument may be; the last holds for all that follow. None given means <see cref="JmesTypes.Any"/>. An argument of another type is
    /// an <see cref="JmesErrorKind.InvalidType"/> error and the function is not called.
    /// </param>
    /// <returns>This registry.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ArgumentException">The name is not possible or taken.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The numbers of arguments are negative or the wrong way round.</exception>
    public JmesFunctions Add(string name, int minArguments, int maxArguments, JmesFunction function, params JmesTypes[] argumentTypes)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(argumentTypes);
        ArgumentOutOfRangeException.ThrowIfNegative(minArguments);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxArguments, minArguments);
        if (char.IsAsciiDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            throw new ArgumentException($"'{name}' cannot be a function's name: it must be letters, digits and underscores, and not start with a digit.", nameof(name));
        if (BuiltInFunctions.Find(name) is not null || !_functions.TryAdd(name, new(name, minArguments, maxArguments, function, [.. argumentTypes])))
            throw new ArgumentException($"There is a function '{name}' already.", nameof(name));
        return this;
    }

    internal FunctionImplementation? Find(string name) => _functions.GetValueOrDefault(name);
}
