using Eventide.Queues;

namespace Eventide.Cli.Tests.Queues;

/// <summary>The walk and the redrive on a queue that leases its messages, as servers do.</summary>
public sealed class RedriveTests
{
    private static readonly Pace NoHurry = new(null, TimeProvider.System);

    private readonly MemoryBroker _broker = new();
    private readonly List<string> _told = [];

    [Fact]
    public async Task All_dead_letters_go_to_their_target_and_leave_the_queue()
    {
        await FillAsync("dlq", 25);

        var report = await RedriveAsync(MessageFilter.Parse(null), target: "memory:work");

        Assert.Equal(new WalkReport(25, 25, 25, 0), report);
        Assert.Equal((0, 25), (Count("dlq"), Count("work")));
    }

    [Fact]
    public async Task What_the_filter_leaves_out_stays_and_comes_again_at_once()
    {
        await FillAsync("dlq", 25);

        var report = await RedriveAsync(MessageFilter.Parse("body.n < 5"), target: "memory:work");

        Assert.Equal((5, 5), (report.Chosen, report.Done));
        Assert.Equal((20, 5), (Count("dlq"), Count("work")));
    }

    [Fact]
    public async Task The_limit_bounds_what_is_moved()
    {
        await FillAsync("dlq", 25);

        var report = await RedriveAsync(MessageFilter.Parse("body.n >= 5"), target: "memory:work", limit: 7);

        Assert.Equal((7, 7), (report.Chosen, report.Done));
        Assert.Equal((18, 7), (Count("dlq"), Count("work")));
    }

    [Fact]
    public async Task Without_a_target_each_goes_where_its_header_says()
    {
        await using (var sender = _broker.GetQueue("dlq").OpenSender())
        {
            await sender.SendAsync(
                [
                    Dead(1, "memory:a"), Dead(2, "memory:b"),
                    Dead(3, "file:/etc/motd"), Dead(4, "no uri"), Dead(5, null),
                ],
                default);
        }

        var report = await RedriveAsync(MessageFilter.Parse(null), target: null);

        Assert.Equal((5, 2, 3), (report.Chosen, report.Done, report.Failed));
        Assert.Equal((3, 1, 1), (Count("dlq"), Count("a"), Count("b")));
        Assert.Equal(3, _told.Count);
        Assert.All(_told, t => Assert.Contains("--to URI", t, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_target_that_refuses_a_message_leaves_it_where_it_was()
    {
        await FillAsync("dlq", 3);

        var report = await WalkAsync(MessageFilter.Parse(null), null, (messages, _) =>
            Task.FromResult<IReadOnlyList<bool>>([.. messages.Select(m => m.Json.GetProperty("n").GetInt32() != 1)]));

        Assert.Equal((3, 2, 1), (report.Chosen, report.Done, report.Failed));
        Assert.Equal(1, Count("dlq"));
    }

    [Fact]
    public async Task When_dealing_with_messages_fails_all_are_given_back()
    {
        await FillAsync("dlq", 5);

        await Assert.ThrowsAsync<QueueException>(() => WalkAsync(MessageFilter.Parse("body.n > 2"), null, (_, _) => throw new QueueException("work", "gone", isTransient: false)));

        Assert.Equal(5, Count("dlq"));
    }

    [Fact]
    public async Task A_message_that_is_sent_back_to_where_it_came_from_is_not_walked_over_again()
    {
        await FillAsync("dlq", 12);

        // Into the same queue, which a user's own dead-letter policy may amount to.
        var report = await RedriveAsync(MessageFilter.Parse(null), target: "memory:dlq", atStart: 12);

        Assert.Equal((12, 12), (report.Seen, report.Done));
        Assert.Equal(12, Count("dlq"));
    }

    [Fact]
    public async Task A_cancelled_walk_ends_between_two_batches_and_reports()
    {
        await FillAsync("dlq", 100);
        using var cancel = new CancellationTokenSource();

        var report = await WalkAsync(MessageFilter.Parse(null), 100, (messages, _) =>
        {
            cancel.Cancel();
            return Task.FromResult<IReadOnlyList<bool>>([.. messages.Select(_ => true)]);
        }, new Pace(40, TimeProvider.System), cancellationToken: cancel.Token);

        Assert.Equal(10, report.Done);
        Assert.Equal(90, Count("dlq"));
    }

    private static OutgoingMessage Dead(int n, string? source) => new($$"""{"n":{{n}}}""")
    {
        Attributes = source is null ? Message.NoAttributes : new Dictionary<string, string> { [DeadLetterHeaders.SourceQueue] = source },
    };

    private async Task FillAsync(string queue, int count)
    {
        await using var sender = _broker.GetQueue(queue).OpenSender();
        await sender.SendAllAsync(Enumerable.Range(0, count).Select(n => Dead(n, null)), default);
    }

    private async Task<WalkReport> RedriveAsync(MessageFilter filter, string? target, int? limit = null, long? atStart = null)
    {
        await using var redrive = new Redrive(
            new QueueConnector([new MemoryQueueProvider(_broker), new FileQueueProvider()]),
            QueueUri.Parse("memory:dlq"),
            target is null ? null : QueueUri.Parse(target),
            TimeProvider.System)
        {
            OnFailed = (_, why) => _told.Add(why),
        };
        await redrive.OpenAsync(default);
        return await WalkAsync(filter, atStart, redrive.SendAsync, limit: limit);
    }

    private async Task<WalkReport> WalkAsync(
        MessageFilter filter, long? atStart, QueueWalk.DealAsync deal, Pace? pace = null, int? limit = null, CancellationToken cancellationToken = default)
    {
        await using var receiver = _broker.GetQueue("dlq").OpenReceiver();
        return await new QueueWalk(receiver, filter, pace ?? NoHurry, TimeProvider.System).RunAsync(atStart, limit, deal, cancellationToken);
    }

    private int Count(string queue) => (int)StatsAsync(queue).AsTask().GetAwaiter().GetResult().Ready!.Value;

    private ValueTask<QueueStats> StatsAsync(string queue) => _broker.GetQueue(queue).OpenAdmin().GetStatsAsync(default);
}
