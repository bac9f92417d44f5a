using System.Diagnostics;
using System.Globalization;
using StackExchange.Redis;

namespace Eventide.Orleans.Tests.Processes;

/// <summary>Silo processes whose queue is a Redis stream on the redis-server of their cluster.</summary>
public sealed class RedisStreamProcessTests
{
    private const int Total = 3000;

    [Fact]
    public async Task Processes_killed_and_terminated_lose_nothing_on_Redis()
    {
        await using var silos = await SiloProcesses.StartAsync();
        await using var connection = await ConnectAsync(silos);
        var database = connection.GetDatabase();
        silos.Settings["Eventide:Lease"] = "00:00:04";
        silos.Settings["EventideSilo:BackstopDelay"] = "00:00:05";

        var started = await silos.StartSilosAsync(2);
        var (first, second) = (started[0], started[1]);
        await silos.ReceiveAsync(started, partitions: 4);
        await SendAsync(0, Total / 3);
        await Wait.UntilAsync(() => silos.Done.Count > Total / 10 && first.Done.Count > 0 && second.Done.Count > 0, "both silos work", 60, silos.State);

        await first.KillAsync();
        var inFlight = await PendingAsync(database);
        var third = await silos.StartSiloAsync();
        await silos.ReceiveAsync([third], partitions: 2);
        await SendAsync(Total / 3, Total / 3);
        await Wait.UntilAsync(() => third.Done.Count > 0, "the new silo works", 60, silos.State);

        // SIGTERM: it leaves the queue, lets its handlers end, then leaves the cluster.
        await SendAsync(2 * Total / 3, Total - (2 * Total / 3));
        var took = await second.TerminateAsync();
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(40));

        await silos.HasDoneAsync(Total, 90);
        await Wait.UntilAsync(async () => await PendingAsync(database) == 0, "every message is acknowledged", 60);

        // What the killed one had in flight, and what it had done without having told.
        Figures.Tell(string.Create(
            CultureInfo.InvariantCulture,
            $"{inFlight} of {Total} in flight after kill -9, {silos.Done.Count - Total} done twice; SIGTERM took {took.TotalMilliseconds:0} ms; {silos.Attempts()}"));
        Assert.InRange(silos.Done.Count - Total, 0, inFlight);
        silos.CheckRepeated(by: first);
        silos.CheckAttempts();

        async Task SendAsync(int start, int count) => await Task.WhenAll(Enumerable.Range(start, count).Select(n => database.StreamAddAsync(
            "work", "body", $$"""{"n":{{n}},"fail":{{(n % 10 == 7 ? 1 : 0)}}}""")));
    }

    [Fact]
    public async Task Retries_that_the_cluster_holds_outlive_the_silo_that_held_them()
    {
        const int Count = 60;
        await using var silos = await SiloProcesses.StartAsync();
        await using var connection = await ConnectAsync(silos);
        var database = connection.GetDatabase();
        silos.Settings["EventideSilo:BackstopDelay"] = "00:00:01";
        silos.Settings["EventideSilo:ReminderPeriod"] = "00:00:03";

        // Some fall due while the dead silo still counts as alive, some after.
        static int Delay(int n) => n % 2 == 0 ? 8 : 24;
        var started = await silos.StartSilosAsync(2);
        var (first, second) = (started[0], started[1]);
        await Task.WhenAll(Enumerable.Range(0, Count).Select(n => database.StreamAddAsync("work", "body", $$"""{"n":{{n}},"fail":1,"retry":{{Delay(n)}}}""")));
        await Wait.UntilAsync(() => silos.Entries.Count(e => e.Kind == 'f') == Count, "every message has failed once", 60, silos.State);
        await Wait.UntilAsync(async () => await PendingAsync(database) == 0, "the cluster has all of them", 60);
        await first.KillAsync();
        var doneBefore = silos.Done.Count;
        await silos.HasDoneAsync(Count);

        var failed = silos.Entries.Where(e => e.Kind == 'f').ToDictionary(e => e.Number, e => e.At);
        var retried = second.Entries.Where(e => e.Attempt > 1 && e.Kind == 'd').ToList();
        var late = retried.Select(e => Stopwatch.GetElapsedTime(failed[e.Number], e.At).TotalSeconds - Delay(e.Number)).Order().ToList();
        Figures.Tell(string.Create(
            CultureInfo.InvariantCulture,
            $"{first.Entries.Count(e => e.Kind == 'f')} of {Count} failed on a silo that was then killed with -9, {doneBefore} done before; retried on the other {late[0]:0.0} to {late[^1]:0.0} s after they were due, {late.Count(l => l > 1)} of {late.Count} more than 1 s"));
        Assert.Equal(0, doneBefore);
        Assert.NotEmpty(first.Entries);
        Assert.InRange(late[0], -0.1, 60);
        Assert.All(retried, e => Assert.Equal(2, e.Attempt));
        Assert.Equal(Enumerable.Range(0, Count), retried.Select(e => e.Number).Order());
    }

    [Fact]
    public async Task SIGTERM_ends_a_silo_whose_redis_server_is_gone()
    {
        await using var silos = await SiloProcesses.StartAsync();
        await using (await ConnectAsync(silos))
        {
            silos.Settings["Eventide:DrainTimeout"] = "00:00:01";
            silos.Settings["Silo:LeaveTimeout"] = "00:00:01";
        }

        var silo = await silos.StartSiloAsync();
        await silos.Redis.KillAsync();
        var took = await silo.TerminateAsync(exitCode: 1);
        Figures.Tell(string.Create(CultureInfo.InvariantCulture, $"SIGTERM took {took.TotalSeconds:0.0} s"));
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task SIGTERM_ends_a_silo_whose_handler_never_gives_back_its_thread_and_another_does_the_message()
    {
        await using var silos = await SiloProcesses.StartAsync();
        await using var connection = await ConnectAsync(silos);
        silos.Settings["Eventide:DrainTimeout"] = "00:00:01";
        silos.Settings["Eventide:StuckAfter"] = "00:00:01";
        silos.Settings["Eventide:Lease"] = "00:00:04";
        silos.Settings["Silo:LeaveTimeout"] = "00:00:05";
        var first = await silos.StartSiloAsync();
        await connection.GetDatabase().StreamAddAsync("work", "body", """{"n":1,"block":true}""");
        await Wait.UntilAsync(() => first.Entries.Count == 1, "it has begun", 60, silos.State);

        var took = await first.TerminateAsync(exitCode: null);
        Figures.Tell(string.Create(CultureInfo.InvariantCulture, $"SIGTERM took {took.TotalSeconds:0.0} s"));
        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(30));

        await silos.StartSiloAsync();
        await silos.HasDoneAsync(1);
    }

    /// <summary>Makes a stream the queue of all silos.</summary>
    internal static async Task<ConnectionMultiplexer> ConnectAsync(SiloProcesses silos)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{silos.Redis.Port}");
        silos.Queue = $"redis://{address}/0?stream=work&group=g";
        var connection = await ConnectionMultiplexer.ConnectAsync($"{address},abortConnect=false,connectTimeout=20000");
        await Wait.UntilAsync(() => connection.IsConnected, "redis-server answers");
        await connection.GetDatabase().StreamCreateConsumerGroupAsync("work", "g", "0");
        return connection;
    }

    internal static async Task<int> PendingAsync(IDatabase database) => (await database.StreamPendingAsync("work", "g")).PendingMessageCount;
}
