using Orleans;

namespace Eventide.Orleans;

/// <summary>What a schedule grain stores.</summary>
[GenerateSerializer]
[Alias("Eventide.ScheduleState")]
internal sealed class ScheduleState
{
    [Id(0)]
    public ScheduleDefinition Definition { get; set; } = new();

    /// <summary>The last tick that is done with, or when the schedule began.</summary>
    [Id(1)]
    public DateTimeOffset Last { get; set; }

    /// <summary>When there is something to do: the next tick, or the next try of one; <see langword="null"/> where none comes any more.</summary>
    [Id(2)]
    public DateTimeOffset? Due { get; set; }

    /// <summary>How many tries of the tick that is due have failed.</summary>
    [Id(3)]
    public int Failures { get; set; }
}
