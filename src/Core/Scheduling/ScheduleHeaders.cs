namespace Eventide;

/// <summary>The names of the attributes of a message that a recurring schedule sends.</summary>
public static class ScheduleHeaders
{
    /// <summary>The schedule's name.</summary>
    public const string Schedule = "eventide-schedule";

    /// <summary>The tick, in UTC as ISO 8601: when the message was to be sent, not when it was.</summary>
    public const string Tick = "eventide-tick";

    /// <summary>An id made of the schedule's name and the tick, the same whoever sends it and however often; also the message's
    /// deduplication id.</summary>
    public const string TickId = "eventide-tick-id";
}
