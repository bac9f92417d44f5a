namespace Eventide;

/// <summary>The settings of a worker, bound from the configuration section <c>Eventide</c>. All are validated at start, and every
/// fault is named at once.</summary>
public sealed class EventideOptions
{
    /// <summary>The configuration section that is bound: <c>Eventide</c>.</summary>
    public const string Section = "Eventide";

    /// <summary>The queue, where there is only one: a URI such as <c>redis://localhost?stream=orders&amp;group=workers</c>. Short for
    /// <see cref="Queues"/> with one entry.</summary>
    public string? Queue { get; set; }

    /// <summary>Where messages go that are given up: a URI. Default: the dead-letter queue that the queue itself names, if any.
    /// Used by every queue that sets none of its own.</summary>
    public string? DeadLetter { get; set; }

    /// <summary>The queues, each under a name that a handler can ask for (<see cref="HandlerAttribute.Queues"/>).</summary>
    public IDictionary<string, QueueOptions> Queues { get; } = new Dictionary<string, QueueOptions>(StringComparer.Ordinal);

    /// <summary>How many handlers of one queue run at once. Default 16; from 1 to 10,000.</summary>
    public int Concurrency { get; set; } = 16;

    /// <summary>How many messages of one queue may wait in memory for a free handler, beyond those running: hides the time of a
    /// receive. From 0 to 1,000,000. Default: twice <see cref="Concurrency"/> where the queue leases its messages (others may want
    /// them), else two of the largest batches that the queue gives.</summary>
    public int? BufferSize { get; set; }

    /// <summary>For how long a received message is ours before the queue gives it to another; renewed while it waits or runs.
    /// Default 60 s; from 1 s to 12 h, and no longer than the queue allows. Where the queue cannot renew, at least twice the longest
    /// handler timeout and <see cref="StuckAfter"/> are asked for.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long one attempt of a handler may run. Default 60 s; from 1 ms to 12 h.</summary>
    public TimeSpan HandlerTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a handler may go on after its token was cancelled before it is reported as stuck. Default 10 s; from zero to 1 h.</summary>
    public TimeSpan StuckAfter { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long running handlers may go on when the worker is asked to stop. Default 25 s (Kubernetes kills after 30);
    /// from zero to 12 h. The host's own <c>ShutdownTimeout</c> must be longer, or it ends the drain.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(25);

    /// <summary>How many bytes of the queue's messages may be in memory at once, bodies alone; a larger single message is still
    /// received. Default 256 MiB; from 1 MiB.</summary>
    public long MaxBufferedBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>Which matching handlers get a message. Default <see cref="DispatchMode.FirstMatch"/>.</summary>
    public DispatchMode Dispatch { get; set; }

    /// <summary>What becomes of a message that no handler takes. Default <see cref="UnmatchedPolicy.DeadLetter"/>.</summary>
    public UnmatchedPolicy Unmatched { get; set; }

    /// <summary>A JMESPath expression over the message document; messages for which it gives the same value are handled one at a
    /// time and in order. Default: the message's own group.</summary>
    public string? OrderBy { get; set; }

    /// <summary>Whether the worker ends when the queue is found empty and all is settled. Default false: it waits for more.</summary>
    public bool UntilEmpty { get; set; }

    /// <summary>How failures are retried, where a handler does not say.</summary>
    public RetryOptions Retry { get; set; } = new();

    /// <summary>How many deliveries beyond the retry limit a message may have had before it is given up without being run: it
    /// seems to kill the process each time. Default 5; from 0 to 1,000.</summary>
    public int CrashAllowance { get; set; } = 5;

    /// <summary>How often the queue is asked for its backlog while a meter listens to it. Default 30 s; from 1 s to 1 h, or zero for never.</summary>
    public TimeSpan BacklogInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Recurring schedules, each under a name: at each tick a message is sent.</summary>
    public IDictionary<string, ScheduleOptions> Schedules { get; } = new Dictionary<string, ScheduleOptions>(StringComparer.Ordinal);

    /// <summary>Folders or files of assemblies in which <c>eventide run</c> looks for handlers where <c>--app</c> names none (the seeds'
    /// <c>handler_paths</c>); relative to the current directory. Nothing else reads it: a host of your own names its assemblies with
    /// <see cref="EventideBuilder.AddHandlersFrom"/>.</summary>
    public IList<string> HandlerPaths { get; } = [];

    /// <summary>What of the configuration could not be bound, for the validator.</summary>
    internal List<string> BindingFaults { get; } = [];
}
