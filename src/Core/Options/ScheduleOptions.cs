namespace Eventide;

/// <summary>A recurring schedule: at each tick one message is sent to a queue.</summary>
public sealed class ScheduleOptions
{
    /// <summary>When: a cron expression, as <see cref="CronSchedule"/> reads it.</summary>
    public string? Cron { get; set; }

    /// <summary>The time zone of the expression: an IANA name such as <c>Europe/Berlin</c>. Default UTC.</summary>
    public string? TimeZone { get; set; }

    /// <summary>Where the message is sent: the name of a configured queue, or a queue URI. Default: the worker's queue, where it has only one.</summary>
    public string? Queue { get; set; }

    /// <summary>The message's body. Default: a JSON object of the schedule's name and the tick, <c>{"schedule":"nightly","tick":"2026-11-22T03:00:00Z"}</c>.</summary>
    public string? Body { get; set; }

    /// <summary>Attributes of the message, beside those of <see cref="ScheduleHeaders"/>.</summary>
    public IDictionary<string, string> Attributes { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The message's group; none by default.</summary>
    public string? Group { get; set; }

    /// <summary>What becomes of ticks that were missed. Default <see cref="CatchUp.Once"/>.</summary>
    public CatchUp CatchUp { get; set; }
}
