using System.Globalization;

namespace Eventide.EndToEnd.Tests.Redis;

/// <summary>Worker, server and connection fail in the middle of 20,000 messages on a real redis-server (appendonly yes, appendfsync always):
/// every message is handled at least once, and more than once only what was in flight.</summary>
public sealed class CrashTests
{
    private const int Count = 20_000;
    private const int Middle = 6_000;

    /// <summary>Slow enough that the middle is not missed.</summary>
    private static readonly WorkerSettings Slow = new() { Pause = TimeSpan.FromMilliseconds(5) };

    private static readonly WorkerSettings Fast = new();

    [Fact]
    public async Task A_worker_killed_in_the_middle_loses_nothing()
    {
        await using var work = await RedisWork.StartAsync();
        await work.FillAsync(Count);
        var first = work.StartWorker(Slow);
        await work.Journals.HasAsync(Middle, first);
        await first.KillAsync();
        var inFlight = await work.InFlightAsync();
        AssertInTheMiddle(work);

        var handled = await work.FinishAsync(Count, work.StartWorker(Fast));

        Conclude(handled, inFlight);
    }

    [Fact]
    public async Task A_server_killed_and_started_again_loses_nothing()
    {
        await using var work = await RedisWork.StartAsync();
        await using var proxy = new TcpProxy(work.Server.Port);
        await work.FillAsync(Count);
        var worker = work.StartWorker(Slow, proxy.Port);
        await work.Journals.HasAsync(Middle, worker);
        await work.Server.KillAsync();

        // The proxy keeps the worker out only until what was in flight is counted.
        proxy.Refuse();
        await work.Server.StartAgainAsync();
        var inFlight = await work.InFlightAsync();
        AssertInTheMiddle(work);
        proxy.Resume();

        var handled = await work.FinishAsync(Count, worker);

        Conclude(handled, inFlight);
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("silent")]
    public async Task A_connection_gone_for_5_s_and_longer_than_the_lease_loses_nothing(string how)
    {
        await using var work = await RedisWork.StartAsync();
        await using var proxy = new TcpProxy(work.Server.Port);
        await work.FillAsync(Count);
        var worker = work.StartWorker(Slow, proxy.Port);
        await work.Journals.HasAsync(Middle, worker);
        if (how == "cut")
        {
            proxy.Refuse();
        }
        else
        {
            proxy.FallSilent();
        }

        // The scenario itself, not a wait for something to happen.
        await Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        var inFlight = await work.InFlightAsync();
        AssertInTheMiddle(work);
        proxy.Resume();

        var handled = await work.FinishAsync(Count, worker, mayLoseLeases: true);

        Conclude(handled, inFlight);
    }

    [Fact]
    public async Task Of_two_workers_one_is_killed_and_the_other_takes_over()
    {
        await using var work = await RedisWork.StartAsync();
        await work.FillAsync(Count);

        // Long enough that the survivor takes nothing over before it is counted.
        var settings = Slow with { Lease = TimeSpan.FromSeconds(8) };
        var killed = work.StartWorker(settings);
        var survivor = work.StartWorker(settings);
        await work.Journals.HasAsync(Middle, survivor);
        await Eventually.IsTrue(() => work.Journals.Of(killed.Id).Count > Middle / 10, RunningProgram.Bound);
        await killed.KillAsync();
        var inFlight = await work.InFlightAsync(killed.Id);
        AssertInTheMiddle(work);

        var handled = await work.FinishAsync(Count, survivor);

        Assert.NotEmpty(work.Journals.Of(survivor.Id));
        Conclude(handled, inFlight);
    }

    private static void AssertInTheMiddle(RedisWork work)
    {
        var handled = work.Journals.Read().Select(h => h.Number).Distinct().Count();
        Assert.InRange(handled, 1, Count - 1);
        Figures.Tell(string.Create(CultureInfo.InvariantCulture, $"{handled} of {Count} handled when it happened"));
    }

    private static void Conclude(IReadOnlyList<(int Number, int Attempt)> handled, int inFlight)
    {
        var duplicates = handled.Count - Count;
        Figures.Tell(string.Create(
            CultureInfo.InvariantCulture, $"{Count} messages, each handled at least once, {duplicates} twice; {inFlight} were in flight; highest attempt {handled.Max(h => h.Attempt)}"));
        Assert.InRange(duplicates, 0, inFlight);
    }
}
