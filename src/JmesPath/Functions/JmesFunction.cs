namespace Eventide.JmesPath;

/// <summary>A registered function. Called by any thread, so it must be safe for that; an exception becomes an evaluation error.</summary>
/// <param name="arguments">The arguments, as many and of such types as the registration asks for.</param>
/// <returns>The result.</returns>
public delegate JmesValue JmesFunction(ReadOnlySpan<JmesValue> arguments);
