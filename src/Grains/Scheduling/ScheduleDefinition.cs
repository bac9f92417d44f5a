using Orleans;

namespace Eventide.Orleans;

/// <summary>A recurring schedule as a silo has it configured. Plain data, readable in any storage's format.</summary>
[GenerateSerializer]
[Alias("Eventide.ScheduleDefinition")]
internal sealed class ScheduleDefinition
{
    [Id(0)]
    public string Cron { get; set; } = "";

    [Id(1)]
    public string? TimeZone { get; set; }

    [Id(2)]
    public string Queue { get; set; } = "";

    [Id(3)]
    public string? Body { get; set; }

    [Id(4)]
    public Dictionary<string, string> Attributes { get; set; } = [];

    [Id(5)]
    public string? Group { get; set; }

    [Id(6)]
    public CatchUp CatchUp { get; set; }

    /// <summary>When the silo that has it so was started: of two that differ, the younger one's counts.</summary>
    [Id(7)]
    public DateTimeOffset ConfiguredAt { get; set; }

    public static ScheduleDefinition Of(Schedule schedule, ScheduleOptions options, DateTimeOffset configuredAt) => new()
    {
        Cron = schedule.Cron.Expression,
        TimeZone = options.TimeZone,
        Queue = schedule.Queue,
        Body = options.Body,
        Attributes = new Dictionary<string, string>(options.Attributes, StringComparer.Ordinal),
        Group = options.Group,
        CatchUp = options.CatchUp,
        ConfiguredAt = configuredAt,
    };

    public Schedule ToSchedule(string name)
    {
        var options = new ScheduleOptions { Cron = Cron, TimeZone = TimeZone, Queue = Queue, Body = Body, Group = Group, CatchUp = CatchUp };
        foreach (var (key, value) in Attributes)
        {
            options.Attributes[key] = value;
        }

        return Schedule.Of(name, options, null);
    }

    public bool HasTimesOf(ScheduleDefinition other) => Cron == other.Cron && TimeZone == other.TimeZone;

    public bool IsSameAs(ScheduleDefinition other) => HasTimesOf(other) && Queue == other.Queue && Body == other.Body && Group == other.Group && CatchUp == other.CatchUp
        && Attributes.Count == other.Attributes.Count && Attributes.All(a => other.Attributes.TryGetValue(a.Key, out var value) && value == a.Value);
}
