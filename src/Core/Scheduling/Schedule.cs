using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Eventide;

/// <summary>A recurring schedule, checked and ready.</summary>
internal sealed class Schedule
{
    private readonly string? _body;
    private readonly IReadOnlyDictionary<string, string> _attributes;
    private readonly string? _group;

    private Schedule(string name, CronSchedule cron, string queue, ScheduleOptions options)
    {
        Name = name;
        Cron = cron;
        Queue = queue;
        CatchUp = options.CatchUp;
        _body = options.Body;
        _attributes = new Dictionary<string, string>(options.Attributes, StringComparer.Ordinal);
        _group = options.Group;
    }

    public string Name { get; }

    public CronSchedule Cron { get; }

    /// <summary>The target, by name or URI.</summary>
    public string Queue { get; }

    public CatchUp CatchUp { get; }

    /// <summary>Makes a schedule of options that are valid.</summary>
    /// <exception cref="FormatException">They are not.</exception>
    public static Schedule Of(string name, ScheduleOptions options, string? onlyQueue) => new(
        name,
        CronSchedule.ParseIn(options.Cron ?? throw new FormatException($"The schedule '{name}' has no cron expression."), options.TimeZone),
        options.Queue ?? onlyQueue ?? throw new FormatException($"The schedule '{name}' has no queue."),
        options);

    /// <summary>The queue that needs not be named: the only one.</summary>
    public static string? OnlyQueue(EventideOptions options, IReadOnlyCollection<QueueRegistration> registrations)
    {
        string[] all = [.. options.Queue is null ? [] : new[] { options.Queue }, .. options.Queues.Keys.Concat(registrations.Select(r => r.Name)).Distinct(StringComparer.Ordinal)];
        return all.Length == 1 ? all[0] : null;
    }

    /// <summary>The message of a tick. It is the same each time, so that one sent twice can be known by its id.</summary>
    public OutgoingMessage MessageOf(DateTimeOffset tick)
    {
        var time = tick.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssK", CultureInfo.InvariantCulture);
        var id = ScheduleRequest.DeduplicationId(Name, time);
        var attributes = new Dictionary<string, string>(_attributes, StringComparer.Ordinal)
        {
            [ScheduleHeaders.Schedule] = Name,
            [ScheduleHeaders.Tick] = time,
            [ScheduleHeaders.TickId] = id,
        };
        return new OutgoingMessage(_body ?? DefaultBody(time)) { Attributes = attributes, Group = _group, DeduplicationId = id };
    }

    private string DefaultBody(string time)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("schedule", Name);
            writer.WriteString("tick", time);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
