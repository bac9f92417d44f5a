namespace Eventide;

/// <summary>Declares which messages a handler class takes, and how its failures are retried. Settings left alone come from
/// the worker's options.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class HandlerAttribute : Attribute
{
    /// <summary>Declares a handler by its rules.</summary>
    /// <param name="rules">JMESPath expressions over the message document, in the relaxed dialect. None means every message.</param>
    public HandlerAttribute(params string[] rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        Rules = rules;
    }

    /// <summary>The rules, as written.</summary>
    public IReadOnlyList<string> Rules { get; }

    /// <summary>How several rules combine; <see cref="Eventide.Match.All"/> by default.</summary>
    public new Match Match { get; set; }

    /// <summary>The handler's name in logs, metrics and dead-letter headers; the class name by default.</summary>
    public string? Name { get; set; }

    /// <summary>Handlers are tried from the lowest order to the highest, equal ones as registered; 0 by default.</summary>
    public int Order { get; set; }

    /// <summary>The queues whose messages this handler takes; empty (the default) means all.</summary>
    public string[] Queues { get; set; } = [];

    /// <summary>How many times a failed message is run again, from 0; -1 (the default) leaves it to the worker's options.</summary>
    public int RetryLimit { get; set; } = -1;

    /// <summary>The exceptions that are retried, derived ones included; empty (the default) leaves it to the worker's options.</summary>
    public Type[] RetryFor { get; set; } = [];

    /// <summary>The first retry's longest delay, in seconds, from 0; -1 (the default) leaves it to the worker's options.</summary>
    public double MinBackoffSeconds { get; set; } = -1;

    /// <summary>The longest delay of any retry, in seconds, from 0; -1 (the default) leaves it to the worker's options.</summary>
    public double MaxBackoffSeconds { get; set; } = -1;

    /// <summary>How long one attempt may run, in seconds, above 0; -1 (the default) leaves it to the worker's options.</summary>
    public double TimeoutSeconds { get; set; } = -1;
}
