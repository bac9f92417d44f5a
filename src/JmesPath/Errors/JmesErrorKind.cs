namespace Eventide.JmesPath;

/// <summary>What sort of fault an expression has, or met in a document. The first five are JMESPath's own error names.</summary>
public enum JmesErrorKind
{
    /// <summary><c>syntax</c>: the text is not an expression of the chosen dialect.</summary>
    Syntax,

    /// <summary><c>invalid-arity</c>: a function was given too few or too many arguments. Found while parsing.</summary>
    InvalidArity,

    /// <summary><c>invalid-type</c>: an argument of a function has a type that the function does not take.</summary>
    InvalidType,

    /// <summary><c>unknown-function</c>: no function of that name is built in or registered. Found while parsing.</summary>
    UnknownFunction,

    /// <summary><c>invalid-value</c>: a value is of the right type and still not possible, such as a slice step of 0.</summary>
    InvalidValue,

    /// <summary>The expression exceeds a bound of <see cref="JmesPathOptions"/>: length, depth or number of nodes.</summary>
    LimitExceeded,

    /// <summary>A registered function threw an exception.</summary>
    FunctionFailed,
}
