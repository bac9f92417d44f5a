namespace Eventide.Orleans;

/// <summary>The settings that only the cluster has, bound from the configuration section <c>EventideSilo</c>; all others are in
/// <see cref="EventideOptions"/>, as in one process. They must be the same on every silo.</summary>
public sealed class EventideSiloOptions
{
    /// <summary>The configuration section that is bound: <c>EventideSilo</c>.</summary>
    public const string Section = "EventideSilo";

    /// <summary>The name of the grain storage, of the clock (a keyed <see cref="TimeProvider"/>), and of the stream provider of the
    /// queue without a name; those of the others begin with it (<c>Eventide/orders</c>).</summary>
    public const string ProviderName = "Eventide";

    /// <summary>How many receivers each queue has, spread evenly over the silos: the most silos that can receive from it. Default 8; from 1 to
    /// 1,024. Queues that do not lease their messages (a file) always have one.</summary>
    public int Partitions { get; set; } = 8;

    /// <summary><see cref="Partitions"/> of single queues, by the queue's name.</summary>
    public IDictionary<string, int> QueuePartitions { get; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Over how many lanes the groups of a queue are spread. Messages of one group always take the same lane, and so meet on
    /// one silo wherever they were received; it is the most silos that can handle a queue's groups. Default 32; from 1 to 4,096.</summary>
    public int GroupLanes { get; set; } = 32;

    /// <summary>How long a stream's pulling agent rests when nothing came. Default 20 ms; from 1 ms to 10 s. Messages do not wait for
    /// it while others come: an agent waits for arrivals within its call, too.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>The most messages handed to a router at once. Default 256; from 1 to 10,000.</summary>
    public int BatchSize { get; set; } = 256;

    /// <summary>Who keeps a failed message until its next attempt. Default <see cref="RetryMode.Grain"/>.</summary>
    public RetryMode Retries { get; set; }

    /// <summary>The longest delay that is kept by a timer in memory, with a reminder as the backstop; longer ones are kept by
    /// reminders alone. Default 2 min; from 1 s to 1 h.</summary>
    public TimeSpan TimerHorizon { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long after a timer's due time its backstop reminder comes. Default 30 s; from zero to 1 h.</summary>
    public TimeSpan BackstopDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest due time of one reminder; longer delays are chained. Orleans' own limit is 49.7 days. Default 40 days; from 100 ms to 49 days.</summary>
    public TimeSpan MaxReminderDelay { get; set; } = TimeSpan.FromDays(40);

    /// <summary>How often a reminder that has come due comes again until its work is done; not below
    /// <c>ReminderOptions.MinimumReminderPeriod</c>. Default 1 min; from 100 ms to 1 day.</summary>
    public TimeSpan ReminderPeriod { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>After what time a message that was received but reached no router is given back to its queue. Default 2 min; from 1 s to 1 h.</summary>
    public TimeSpan StrandedAfter { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How often each silo tells the grains of its recurring schedules that it has them. One that none has told of for three times as
    /// long, where its grain is on a silo without it, is forgotten at its next tick. Default 1 min; from 100 ms to 1 h.</summary>
    public TimeSpan ScheduleCheckInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>What of the configuration could not be bound.</summary>
    internal List<string> BindingFaults { get; } = [];
}
