using System.Globalization;
using Microsoft.Extensions.Options;

namespace Eventide.Orleans;

/// <summary>Checks the cluster's options at start, and names every fault at once.</summary>
internal sealed class EventideSiloOptionsValidator : IValidateOptions<EventideSiloOptions>
{
    public ValidateOptionsResult Validate(string? name, EventideSiloOptions options)
    {
        var faults = new List<string>(options.BindingFaults);
        Number("Partitions", options.Partitions, 1, 1024);
        foreach (var (queue, partitions) in options.QueuePartitions)
        {
            Number($"QueuePartitions:{queue}", partitions, 1, 1024);
        }

        Number("GroupLanes", options.GroupLanes, 1, 4096);
        Number("BatchSize", options.BatchSize, 1, 10_000);
        Time("PollInterval", options.PollInterval, TimeSpan.FromMilliseconds(1), TimeSpan.FromSeconds(10));
        Time("TimerHorizon", options.TimerHorizon, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        Time("BackstopDelay", options.BackstopDelay, TimeSpan.Zero, TimeSpan.FromHours(1));
        Time("MaxReminderDelay", options.MaxReminderDelay, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(49));
        Time("ReminderPeriod", options.ReminderPeriod, TimeSpan.FromMilliseconds(100), TimeSpan.FromDays(1));
        Time("ScheduleCheckInterval", options.ScheduleCheckInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        Time("StrandedAfter", options.StrandedAfter, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        if (!Enum.IsDefined(options.Retries))
        {
            faults.Add($"{EventideSiloOptions.Section}:Retries is '{options.Retries}'; expected Grain or Queue.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);

        void Number(string setting, int value, int min, int max)
        {
            if (value < min || value > max)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{EventideSiloOptions.Section}:{setting} is {value}; expected {min} to {max}."));
            }
        }

        void Time(string setting, TimeSpan value, TimeSpan min, TimeSpan max)
        {
            if (value < min || value > max)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"{EventideSiloOptions.Section}:{setting} is {value:c}; expected {min:c} to {max:c} (days.hours:minutes:seconds)."));
            }
        }
    }
}
