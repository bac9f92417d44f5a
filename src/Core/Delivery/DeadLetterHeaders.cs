namespace Eventide;

/// <summary>The names of the attributes that tell why a message was dead-lettered.</summary>
public static class DeadLetterHeaders
{
    /// <summary>What all of these names begin with.</summary>
    public const string Prefix = "eventide-";

    /// <summary>The handler that gave up; absent where none took the message.</summary>
    public const string Handler = Prefix + "handler";

    /// <summary>The kind of failure: a <see cref="HandlerFailureKind"/> in text.</summary>
    public const string FailureKind = Prefix + "failure";

    /// <summary>The reason in one line.</summary>
    public const string Reason = Prefix + "reason";

    /// <summary>The full name of the exception's type.</summary>
    public const string ExceptionType = Prefix + "exception";

    /// <summary>Sixteen hexadecimal digits that are equal for equal stack traces, line numbers left out: for grouping.</summary>
    public const string StackHash = Prefix + "stack-hash";

    /// <summary>How many times the message had been delivered.</summary>
    public const string Attempts = Prefix + "attempts";

    /// <summary>When it failed first, as far as the worker that gave up knows (ISO 8601, UTC).</summary>
    public const string FirstFailure = Prefix + "first-failure";

    /// <summary>When it failed last (ISO 8601, UTC).</summary>
    public const string LastFailure = Prefix + "last-failure";

    /// <summary>The name of the queue it came from.</summary>
    public const string SourceQueue = Prefix + "source-queue";

    /// <summary>Its id in the queue it came from.</summary>
    public const string SourceId = Prefix + "source-id";

    /// <summary>Whether an attribute is one of these.</summary>
    /// <param name="name">The attribute's name.</param>
    public static bool IsDeadLetterHeader(string name) => name is
        Handler or FailureKind or Reason or ExceptionType or StackHash or Attempts or FirstFailure or LastFailure or SourceQueue or SourceId;
}
