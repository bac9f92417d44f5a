using System.Diagnostics;
using System.Globalization;

namespace Eventide.EndToEnd.Tests.Redis;

/// <summary>SIGTERM in the middle of the work, as every deployment sends it.</summary>
public sealed class ShutdownTests
{
    [Fact]
    public async Task SIGTERM_ends_the_worker_in_time_and_gives_back_the_rest_at_once_with_no_attempt_spent()
    {
        const int Count = 3_000;

        // A lease that is far longer than the test: what is left invisible would be missed.
        var settings = new WorkerSettings { Pause = TimeSpan.FromMilliseconds(50), Lease = TimeSpan.FromMinutes(10), DrainTimeout = TimeSpan.FromSeconds(20) };
        await using var work = await RedisWork.StartAsync();
        await work.FillAsync(Count);
        var first = work.StartWorker(settings);
        await work.Journals.HasAsync(Count / 5, first);
        var watch = Stopwatch.StartNew();
        await first.TerminateAsync();
        Assert.Equal(0, await first.EndsAsync());
        var took = watch.Elapsed;
        var before = work.Journals.Read();
        Assert.InRange(before.Count, Count / 5, Count - 1);

        // --until-empty ends when nothing is left that can be had.
        var second = work.StartWorker(settings with { Pause = TimeSpan.Zero }, null, "--until-empty");
        Assert.Equal(0, await second.EndsAsync());

        var all = work.Journals.Read();
        Figures.Tell(string.Create(
            CultureInfo.InvariantCulture,
            $"{before.Count} of {Count} handled before SIGTERM, exit after {took.TotalMilliseconds:0} ms, {all.Count - before.Count} handled by the next worker, highest attempt {all.Max(h => h.Attempt)}"));
        Assert.True(took < settings.DrainTimeout, $"It took {took}.");
        Assert.Equal(Enumerable.Range(1, Count), all.Select(h => h.Number).Order());
        Assert.All(all, h => Assert.Equal(1, h.Attempt));
        Assert.Equal(0, await work.InFlightAsync());
    }

    [Fact]
    public async Task Handlers_that_outlast_the_drain_time_are_stopped_and_their_messages_are_free_at_once()
    {
        const int Count = 100;
        var settings = new WorkerSettings { Pause = TimeSpan.FromMinutes(5), Lease = TimeSpan.FromMinutes(10), DrainTimeout = TimeSpan.FromSeconds(1) };
        await using var work = await RedisWork.StartAsync();
        await work.FillAsync(Count);
        var first = work.StartWorker(settings);
        await Eventually.IsTrue(async () => await PendingOrNoneAsync(work) >= settings.Concurrency, RunningProgram.Bound);
        var watch = Stopwatch.StartNew();
        await first.TerminateAsync();
        Assert.Equal(0, await first.EndsAsync());
        var took = watch.Elapsed;
        Assert.Empty(work.Journals.Read());

        var second = work.StartWorker(settings with { Pause = TimeSpan.Zero }, null, "--until-empty");
        Assert.Equal(0, await second.EndsAsync());

        var all = work.Journals.Read();
        Figures.Tell(string.Create(CultureInfo.InvariantCulture, $"exit {took.TotalMilliseconds:0} ms after SIGTERM with a drain time of 1 s and handlers of 5 min; highest attempt of the next worker {all.Max(h => h.Attempt)}"));
        Assert.True(took < TimeSpan.FromSeconds(20), $"It took {took}.");
        Assert.Equal(Enumerable.Range(1, Count), all.Select(h => h.Number).Order());
        Assert.All(all, h => Assert.Equal(1, h.Attempt));
    }

    // Before the worker has made its group there is nothing to count.
    private static async Task<int> PendingOrNoneAsync(RedisWork work) =>
        (await work.Server.CliAsync("XPENDING", RedisWork.Stream, "workers")).StartsWith("NOGROUP", StringComparison.Ordinal) ? 0 : await work.InFlightAsync();
}
