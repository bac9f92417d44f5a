using System.Globalization;
using Microsoft.Extensions.Options;

namespace Eventide;

/// <summary>Checks the options at start, and names every fault at once: where it is, what it is and what was expected.</summary>
internal sealed class EventideOptionsValidator(IEnumerable<QueueRegistration> registrations) : IValidateOptions<EventideOptions>
{
    private static readonly TimeSpan HalfDay = TimeSpan.FromHours(12);
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    public ValidateOptionsResult Validate(string? name, EventideOptions options)
    {
        var faults = new List<string>(options.BindingFaults);
        if (options.Queue is not null)
        {
            CheckUri(faults, "Queue", options.Queue);
        }

        if (options.DeadLetter is not null)
        {
            CheckUri(faults, "DeadLetter", options.DeadLetter);
        }

        CheckLoop(faults, "DeadLetter", options.Queue, options.DeadLetter);
        CheckNumber(faults, "Concurrency", options.Concurrency, 1, 10_000);
        CheckNumber(faults, "BufferSize", options.BufferSize ?? 0, 0, 1_000_000);
        CheckNumber(faults, "CrashAllowance", options.CrashAllowance, 0, 1_000);
        CheckTime(faults, "Lease", options.Lease, TimeSpan.FromSeconds(1), HalfDay);
        CheckTime(faults, "HandlerTimeout", options.HandlerTimeout, TimeSpan.FromMilliseconds(1), HalfDay);
        CheckTime(faults, "StuckAfter", options.StuckAfter, TimeSpan.Zero, TimeSpan.FromHours(1));
        CheckTime(faults, "DrainTimeout", options.DrainTimeout, TimeSpan.Zero, HalfDay);
        if (options.BacklogInterval != TimeSpan.Zero)
        {
            CheckTime(faults, "BacklogInterval", options.BacklogInterval, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1));
        }

        CheckEnum(faults, "Dispatch", options.Dispatch);
        CheckEnum(faults, "Unmatched", options.Unmatched);
        CheckExpression(faults, "OrderBy", options.OrderBy);
        if (options.MaxBufferedBytes < 1024 * 1024)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"Eventide:MaxBufferedBytes is {options.MaxBufferedBytes}; expected at least 1048576 (1 MiB)."));
        }

        CheckNumber(faults, "Retry:RetryLimit", options.Retry.RetryLimit, 0, 1_000);
        CheckTime(faults, "Retry:MinBackoff", options.Retry.MinBackoff, TimeSpan.Zero, Week);
        CheckTime(faults, "Retry:MaxBackoff", options.Retry.MaxBackoff, options.Retry.MinBackoff, Week);

        foreach (var (queue, settings) in options.Queues)
        {
            var at = $"Queues:{queue}:";
            if (registrations.Any(r => r.Name == queue))
            {
                if (settings.Uri is not null)
                {
                    faults.Add($"Eventide:{at}Uri is set, but the queue '{queue}' is opened by code; expected one or the other.");
                }
            }
            else if (settings.Uri is null)
            {
                faults.Add($"Eventide:{at}Uri is missing; expected a queue URI such as 'memory:{queue}'.");
            }
            else
            {
                CheckUri(faults, at + "Uri", settings.Uri);
            }

            if (settings.DeadLetter is not null)
            {
                CheckUri(faults, at + "DeadLetter", settings.DeadLetter);
            }

            CheckLoop(faults, settings.DeadLetter is null ? "DeadLetter" : at + "DeadLetter", settings.Uri, settings.DeadLetter ?? options.DeadLetter);

            CheckNumber(faults, at + "Concurrency", settings.Concurrency ?? 1, 1, 10_000);
            CheckNumber(faults, at + "BufferSize", settings.BufferSize ?? 0, 0, 1_000_000);
            CheckTime(faults, at + "Lease", settings.Lease ?? HalfDay, TimeSpan.FromSeconds(1), HalfDay);
            CheckEnum(faults, at + "Dispatch", settings.Dispatch ?? default);
            CheckEnum(faults, at + "Unmatched", settings.Unmatched ?? default);
            CheckExpression(faults, at + "OrderBy", settings.OrderBy);
        }

        foreach (var (schedule, settings) in options.Schedules)
        {
            CheckSchedule(faults, $"Eventide:Schedules:{schedule}:", settings, options);
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private void CheckSchedule(List<string> faults, string at, ScheduleOptions schedule, EventideOptions options)
    {
        if (schedule.Cron is null)
        {
            faults.Add($"{at}Cron is missing; expected a cron expression such as '0 3 * * *' or '@hourly'.");
        }
        else if (!CronSchedule.TryParse(schedule.Cron, null, out _, out var error))
        {
            faults.Add($"{at}Cron: {error}");
        }

        if (schedule.TimeZone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(schedule.TimeZone, out _))
        {
            faults.Add($"{at}TimeZone: '{schedule.TimeZone}' is not known to this system; expected an IANA name such as 'Europe/Berlin', or 'UTC'.");
        }

        if ((schedule.Queue ?? Schedule.OnlyQueue(options, [.. registrations])) is not { } queue)
        {
            faults.Add($"{at}Queue is missing, and there is not just one queue to be meant; expected the name of a queue or a queue URI.");
        }
        else if (registrations.FirstOrDefault(r => r.Name == queue) is { } registration)
        {
            if (registration.OpenSender is null)
            {
                faults.Add($"{at}Queue: '{queue}' is opened by code for receiving alone; give Queue(\"{queue}\", …) an openSender too, or name the queue by its URI.");
            }
        }
        else if (!options.Queues.ContainsKey(queue) && !QueueUri.TryParse(queue, out _, out var error))
        {
            var names = options.Queues.Keys.Concat(registrations.Select(r => r.Name)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
            faults.Add($"{at}Queue is neither the name of a configured queue ({(names.Count == 0 ? "there is none" : string.Join(", ", names))}) nor a queue URI: {error}");
        }

        if (!Enum.IsDefined(schedule.CatchUp))
        {
            faults.Add($"{at}CatchUp is '{schedule.CatchUp}'; expected one of {string.Join(", ", Enum.GetNames<CatchUp>())}.");
        }
    }

    // A message that is given up would come back to be given up, for ever.
    private static void CheckLoop(List<string> faults, string setting, string? queue, string? deadLetter)
    {
        if (QueueUri.TryParse(queue, out var from, out _) && QueueUri.TryParse(deadLetter, out var to, out _) && from.Equals(to))
        {
            faults.Add($"Eventide:{setting}: '{to}' is the queue itself, to which its dead letters would come back without end; expected another queue.");
        }
    }

    private static void CheckUri(List<string> faults, string setting, string value)
    {
        if (!QueueUri.TryParse(value, out _, out var error))
        {
            faults.Add($"Eventide:{setting}: {error}");
        }
    }

    private static void CheckExpression(List<string> faults, string setting, string? value)
    {
        if (value is not null && !JmesPath.JmesPath.TryParse(value, Rule.Options, out _, out var error))
        {
            faults.Add($"Eventide:{setting}: {error.Message}");
        }
    }

    private static void CheckNumber(List<string> faults, string setting, int value, int min, int max)
    {
        if (value < min || value > max)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"Eventide:{setting} is {value}; expected {min} to {max}."));
        }
    }

    private static void CheckTime(List<string> faults, string setting, TimeSpan value, TimeSpan min, TimeSpan max)
    {
        if (value < min || value > max)
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"Eventide:{setting} is {value:c}; expected {min:c} to {max:c} (days.hours:minutes:seconds)."));
        }
    }

    private static void CheckEnum<TEnum>(List<string> faults, string setting, TEnum value)
        where TEnum : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            faults.Add($"Eventide:{setting} is '{value}'; expected one of {string.Join(", ", Enum.GetNames<TEnum>())}.");
        }
    }
}
