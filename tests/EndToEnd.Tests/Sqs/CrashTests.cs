using System.Globalization;
using Eventide.Queues.Sqs.Tests;

namespace Eventide.EndToEnd.Tests.Sqs;

/// <summary>kill -9 and SIGTERM in the middle of the work, on an SQS server.</summary>
public sealed class CrashTests(Fauxqs server)
{
    private const int Count = 3_000;
    private const int Middle = 800;

    private static readonly WorkerSettings Slow = new() { Concurrency = 16, Pause = TimeSpan.FromMilliseconds(20), Lease = TimeSpan.FromSeconds(5) };

    [Fact]
    public async Task A_worker_killed_in_the_middle_loses_nothing()
    {
        await using var work = await SqsWork.StartAsync(server);
        await work.FillAsync(Count);
        var first = work.StartWorker(Slow with { Lease = TimeSpan.FromSeconds(10) }, BuiltPrograms.Recorder);
        await work.Journals.HasAsync(Middle, first);
        await first.KillAsync();
        var before = work.Journals.Read().Count;
        var (ready, inFlight) = await work.CountAsync();
        Assert.InRange(before, Middle, Count - 1);

        var second = work.StartWorker(Slow with { Pause = TimeSpan.Zero }, BuiltPrograms.Recorder);
        await work.Journals.HasAsync(Count, second);
        await Eventide.Tests.Eventually.IsTrue(async () => await work.CountAsync() == (0, 0), RunningProgram.Bound);
        await second.TerminateAsync();
        Assert.Equal(0, await second.EndsAsync());

        var all = work.Journals.Read();
        Figures.Tell(string.Create(
            CultureInfo.InvariantCulture,
            $"killed when {before} of {Count} were handled, {inFlight} in flight, {ready} waiting; {all.Count - Count} handled twice"));
        Assert.Equal(Enumerable.Range(1, Count), all.Select(h => h.Number).Distinct().Order());
        Assert.InRange(all.Count - Count, 0, inFlight);
    }

    [Fact]
    public async Task SIGTERM_ends_the_worker_in_time_and_leaves_nothing_invisible()
    {
        // A lease that is far longer than the test.
        var settings = Slow with { Lease = TimeSpan.FromMinutes(10), DrainTimeout = TimeSpan.FromSeconds(20) };
        await using var work = await SqsWork.StartAsync(server);
        await work.FillAsync(Count);
        var first = work.StartWorker(settings, BuiltPrograms.Recorder);
        await work.Journals.HasAsync(Middle, first);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await first.TerminateAsync();
        var code = await first.EndsAsync();
        var took = watch.Elapsed;
        Assert.True(code == 0, $"exit code {code}:\n{first.Said}");
        Assert.True(took < settings.DrainTimeout, $"It took {took}.");

        // Without another receive: all that was not handled can be had at once.
        var before = work.Journals.Read().Count;
        Assert.InRange(before, Middle, Count - 1);
        Assert.Equal((Count - before, 0), await work.CountAsync());

        var second = work.StartWorker(settings with { Pause = TimeSpan.Zero }, BuiltPrograms.Recorder, "--until-empty");
        Assert.Equal(0, await second.EndsAsync());

        var all = work.Journals.Read();
        Figures.Tell(string.Create(
            CultureInfo.InvariantCulture,
            $"{before} of {Count} handled before SIGTERM, exit after {took.TotalMilliseconds:0} ms, none invisible; highest attempt {all.Max(h => h.Attempt)} (SQS cannot take back a delivery)"));
        Assert.Equal(Enumerable.Range(1, Count), all.Select(h => h.Number).Order());
    }
}
