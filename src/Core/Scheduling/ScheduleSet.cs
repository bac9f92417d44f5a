using Microsoft.Extensions.Options;

namespace Eventide;

/// <summary>The recurring schedules that are configured in this process.</summary>
internal sealed class ScheduleSet(IOptions<EventideOptions> options, IEnumerable<QueueRegistration> registrations)
{
    private IReadOnlyList<Schedule>? _all;

    public IReadOnlyList<Schedule> All
    {
        get
        {
            if (_all is null)
            {
                var onlyQueue = Schedule.OnlyQueue(options.Value, [.. registrations]);
                _all = [.. options.Value.Schedules.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => Schedule.Of(s.Key, s.Value, onlyQueue))];
            }

            return _all;
        }
    }

    public Schedule? Find(string name) => All.FirstOrDefault(s => s.Name == name);
}
