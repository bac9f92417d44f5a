namespace Eventide;

/// <summary>All that is known of one handler before the first message: its rules, how it is retried, how it is called.</summary>
public sealed class HandlerDescriptor
{
    /// <summary>Creates a descriptor.</summary>
    /// <param name="name">The handler's name in logs, metrics and dead-letter headers.</param>
    /// <param name="create">Makes the delegate that calls the handler; called once at start, with the host's services.</param>
    public HandlerDescriptor(string name, Func<IServiceProvider, MessageDelegate> create)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(create);
        Name = name;
        Create = create;
    }

    /// <summary>The handler's name in logs, metrics and dead-letter headers.</summary>
    public string Name { get; }

    /// <summary>Makes the delegate that calls the handler; called once at start, with the host's services.</summary>
    public Func<IServiceProvider, MessageDelegate> Create { get; }

    /// <summary>The rules: JMESPath over the message document, in the relaxed dialect. Empty, and without a predicate, every message matches.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>How several rules combine.</summary>
    public Match Match { get; init; }

    /// <summary>A rule in code; combined with the others as <see cref="Match"/> says. Must be quick, without side effects, and safe on several threads.</summary>
    public Func<Message, bool>? Predicate { get; init; }

    /// <summary>Handlers are tried from the lowest order to the highest, equal ones as registered.</summary>
    public int Order { get; init; }

    /// <summary>The queues whose messages this handler takes; empty means all.</summary>
    public IReadOnlyList<string> Queues { get; init; } = [];

    /// <summary>How many times a failed message is run again; <see langword="null"/> leaves it to the worker's options.</summary>
    public int? RetryLimit { get; init; }

    /// <summary>The full names of the exceptions that are retried; empty leaves it to the worker's options.</summary>
    public IReadOnlyList<string> RetryFor { get; init; } = [];

    /// <summary>The first retry's longest delay; <see langword="null"/> leaves it to the worker's options.</summary>
    public TimeSpan? MinBackoff { get; init; }

    /// <summary>The longest delay of any retry; <see langword="null"/> leaves it to the worker's options.</summary>
    public TimeSpan? MaxBackoff { get; init; }

    /// <summary>How long one attempt may run; <see langword="null"/> leaves it to the worker's options.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Whether each attempt gets a scope of services of its own. Default false.</summary>
    public bool NeedsScope { get; init; }

    /// <summary>The class that handles, where there is one.</summary>
    public Type? Type { get; init; }

    /// <summary>Tells, with the host's services, why the handler cannot be made; <see langword="null"/> where nothing is known to be wrong.</summary>
    internal Func<IServiceProvider, string?>? FindMissing { get; init; }

    /// <summary>The policy by which this handler's failures are retried.</summary>
    /// <param name="defaults">The worker's options.</param>
    public RetryPolicy RetryPolicy(RetryOptions defaults)
    {
        ArgumentNullException.ThrowIfNull(defaults);
        var min = MinBackoff ?? defaults.MinBackoff;
        var max = MaxBackoff ?? defaults.MaxBackoff;

        // Where one end comes from the handler and the other from the options, the handler's wins.
        (min, max) = max >= min ? (min, max) : MinBackoff is null ? (max, max) : (min, min);
        return new RetryPolicy(RetryLimit ?? defaults.RetryLimit, min, max, defaults.Jitter, RetryFor.Count > 0 ? RetryFor : defaults.RetryFor);
    }

    /// <summary>What is wrong with the settings, one entry a fault.</summary>
    internal IEnumerable<string> FindFaults()
    {
        if (RetryLimit < 0)
        {
            yield return $"RetryLimit of {Name} is {RetryLimit}; expected 0 or more.";
        }

        if (Timeout <= TimeSpan.Zero)
        {
            yield return $"Timeout of {Name} is {Timeout}; expected more than zero.";
        }

        if (MinBackoff < TimeSpan.Zero || MaxBackoff < TimeSpan.Zero)
        {
            yield return $"MinBackoff and MaxBackoff of {Name} are {MinBackoff} and {MaxBackoff}; expected zero or more.";
        }

        if (MinBackoff > MaxBackoff)
        {
            yield return $"MinBackoff of {Name} is {MinBackoff}, more than its MaxBackoff of {MaxBackoff}; expected at most that.";
        }
    }

    /// <summary>The name and the rules.</summary>
    public override string ToString() => $"{Name} ({string.Join(Match == Match.All ? " AND " : " OR ", Rules)})";
}
