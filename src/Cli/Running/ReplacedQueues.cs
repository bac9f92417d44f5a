namespace Eventide.Cli;

/// <summary>What <c>run --queue</c> makes of the options: the one queue in place of all that are configured. A schedule that sends to one of
/// these is left out: its ticks belong to the worker of that queue, and a run on a file or on a queue of one's own must not send to another.</summary>
internal static class ReplacedQueues
{
    /// <summary>Changes the options.</summary>
    /// <param name="options">The options as configured.</param>
    /// <param name="queue">The URI that takes the place of all queues.</param>
    /// <returns>The schedules that are left out, each with the name of its queue.</returns>
    public static IReadOnlyList<(string Schedule, string Queue)> Take(EventideOptions options, string queue)
    {
        var leftOut = options.Schedules
            .Where(s => s.Value.Queue is { } target && options.Queues.ContainsKey(target))
            .Select(s => (s.Key, s.Value.Queue!))
            .OrderBy(s => s.Key, StringComparer.Ordinal)
            .ToList();
        foreach (var (schedule, _) in leftOut)
        {
            options.Schedules.Remove(schedule);
        }

        options.Queue = queue;
        options.Queues.Clear();
        return leftOut;
    }
}
