using System.Diagnostics;
using System.Net;

namespace Eventide.Orleans.Tests.Processes;

/// <summary>A silo program in a process of its own.</summary>
internal sealed class SiloProcess(RunningProgram program, Uri http, string journal)
{
    public int Id => program.Id;

    /// <summary>How many partitions it receives, by its log: event 500 for one taken, 501 for one left.</summary>
    public int Partitions => program.Output.Count(l => l.Contains(".SiloQueues[500]", StringComparison.Ordinal)) - program.Output.Count(l => l.Contains(".SiloQueues[501]", StringComparison.Ordinal));

    /// <summary>Whether it was the one to keep the schedules, by its log: event 600 of the grain.</summary>
    public bool KeepsSchedules => program.Output.Any(l => l.Contains(".ScheduleGrain[600]", StringComparison.Ordinal));

    /// <summary>What its handlers have noted.</summary>
    public IReadOnlyList<JournalEntry> Entries
    {
        get
        {
            if (!File.Exists(journal))
            {
                return [];
            }

            using var file = new FileStream(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file);
            var text = reader.ReadToEnd();

            // What is after the last end of a line is being written.
            return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JournalEntry.Parse(line, Id))];
        }
    }

    /// <summary>Messages done here, repeated ones as often as they were done.</summary>
    public IReadOnlyList<int> Done => [.. Entries.Where(e => e.Kind == 'd').Select(e => e.Number)];

    /// <summary>Waits until it takes part in its cluster and in its queues.</summary>
    public async Task IsReadyAsync()
    {
        using var client = new HttpClient();
        await Wait.UntilAsync(
            async () =>
            {
                Assert.False(program.HasExited, $"The silo ended too soon:\n{program.Said}");
                try
                {
                    return (await client.GetAsync(new Uri(http, "/health/ready"))).StatusCode == HttpStatusCode.OK;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            "the silo is ready",
            60,
            () => Task.FromResult(program.Said));
    }

    /// <summary>kill -9.</summary>
    public Task KillAsync() => program.KillAsync();

    /// <summary>kill -TERM, and the end.</summary>
    /// <param name="exitCode">What it is to end with; null where that does not matter.</param>
    /// <returns>How long it took.</returns>
    public async Task<TimeSpan> TerminateAsync(int? exitCode = 0)
    {
        var watch = Stopwatch.StartNew();
        await program.TerminateAsync();
        var code = await program.EndsAsync();
        Assert.True(exitCode is null || code == exitCode, $"The silo ended with {code}:\n{program.Said}");
        return watch.Elapsed;
    }

    public ValueTask DisposeAsync() => program.DisposeAsync();
}
