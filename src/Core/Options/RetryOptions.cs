namespace Eventide;

/// <summary>How failures are retried.</summary>
public sealed class RetryOptions
{
    /// <summary>How many times a failed message is run again, counted by its deliveries. Default 3; from 0 to 1,000.</summary>
    public int RetryLimit { get; set; } = 3;

    /// <summary>The first retry's longest delay. Default 1 s; from zero to 7 days.</summary>
    public TimeSpan MinBackoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest delay of any retry. Default 60 s; from <see cref="MinBackoff"/> to 7 days, and no longer than the queue allows.</summary>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether the delay is drawn evenly between zero and the backoff, so that what failed together does not come back
    /// together. Default true; false gives the seeds' exact series.</summary>
    public bool Jitter { get; set; } = true;

    /// <summary>The full names of the exceptions that are retried, derived ones included. Default empty: every exception. Compared as
    /// text; a name that no exception has matches nothing. Timeouts and requested retries are retried whatever stands here.</summary>
    public IList<string> RetryFor { get; } = [];

    /// <summary>Adds an exception to <see cref="RetryFor"/>.</summary>
    /// <typeparam name="TException">The exception; derived ones are retried too.</typeparam>
    public RetryOptions On<TException>()
        where TException : Exception
    {
        RetryFor.Add(typeof(TException).FullName!);
        return this;
    }
}
