using Eventide.Queues.Cloudflare.Tests.Stub;
using Eventide.Tests;

namespace Eventide.Queues.Cloudflare.Tests;

public sealed class AdminTests
{
    [Fact]
    public async Task Stats_show_the_backlog_its_age_and_the_consumer()
    {
        var time = new FakeTime();
        await using var f = await Fixture.StartAsync(time);
        f.Queue.MaxRetries = 5;
        f.Queue.DeadLetterQueue = "dead";
        var admin = await f.AdminAsync();
        var empty = await admin.GetStatsAsync(default);
        Assert.Equal(0, empty.Backlog);
        Assert.Null(empty.OldestAge);

        f.Stub.Put(f.Queue, "a", "text");
        time.Advance(TimeSpan.FromMinutes(3));
        f.Stub.Put(f.Queue, "b", "text");
        var stats = await admin.GetStatsAsync(default);
        Assert.Equal(2, stats.Backlog);
        Assert.Null(stats.Ready);
        Assert.Equal(TimeSpan.FromMinutes(3), stats.OldestAge);
        Assert.Equal("5", stats.Details["max_retries"]);
        Assert.Equal("dead", stats.Details["dead_letter_queue"]);
        Assert.Equal("http_pull", stats.Details["consumer"]);
        Assert.Equal("false", stats.Details["delivery_paused"]);
    }

    [Fact]
    public async Task Peeking_takes_nothing()
    {
        await using var f = await Fixture.StartAsync();
        f.Stub.Put(f.Queue, "a", "text");
        f.Stub.Put(f.Queue, "b", "text");
        var admin = await f.AdminAsync();
        Assert.Equal(["a"], (await admin.PeekAsync(1, default)).Select(m => m.Text));
        Assert.Equal(["a", "b"], (await admin.PeekAsync(1_000, default)).Select(m => m.Text));
        Assert.Empty(await admin.PeekAsync(0, default));
        Assert.Equal(0, f.Stub.Invisible(f.Queue));
    }

    [Fact]
    public async Task Purging_removes_all_messages_and_waits_until_it_is_done()
    {
        var time = new FakeTime();
        await using var f = await Fixture.StartAsync(time);
        f.Stub.Put(f.Queue, "a", "text");
        var admin = await f.AdminAsync();
        f.Stub.Add(new StubFault("/purge"));
        f.Stub.FailNext("/purge", 200, raw: """{"success":true,"result":{"started_at":"2026-11-21T12:00:00Z","completed":null}}""");
        Assert.Null(await Fixture.RunAsync(time, admin.PurgeAsync(default).AsTask(), TimeSpan.FromMilliseconds(500)));
        Assert.Equal(0, f.Stub.Count(f.Queue));
        Assert.Equal(["POST", "GET", "GET"], f.Stub.Requests("/purge").Select(r => r.Method));
        Assert.True((bool)f.Stub.Requests("/purge")[0].Body!["delete_messages_permanently"]!);
    }

    [Fact]
    public async Task A_queue_is_created_with_a_pull_consumer_that_does_not_delete_early()
    {
        await using var f = await Fixture.StartAsync();
        var admin = await f.AdminAsync("&dead-letter-queue=orders", queue: "fresh");
        Assert.True(await admin.CreateAsync(default));
        Assert.False(await admin.CreateAsync(default));
        var queue = f.Stub.Queues.Single(q => q.Name == "fresh");
        Assert.True(queue.HasPullConsumer);
        Assert.Equal(100, queue.MaxRetries);
        Assert.Equal("orders", queue.DeadLetterQueue);
        await (await f.SenderAsync(queue: "fresh")).SendAsync([new("a")], default);
        Assert.Single((await (await f.ReceiverAsync(queue: "fresh")).ReceiveAsync(Fixture.AtOnce(), default)).Messages);
    }

    [Fact]
    public async Task A_queue_without_a_pull_consumer_is_given_one()
    {
        await using var f = await Fixture.StartAsync();
        f.Queue.HasPullConsumer = false;
        Assert.False(await (await f.AdminAsync("&max-retries=7")).CreateAsync(default));
        Assert.True(f.Queue.HasPullConsumer);
        Assert.Equal(7, f.Queue.MaxRetries);
    }

    [Fact]
    public async Task A_queue_is_found_by_name_on_any_page_and_by_id()
    {
        await using var f = await Fixture.StartAsync();
        f.Stub.PageSize = 2;
        for (var i = 0; i < 5; i++)
        {
            f.Stub.Add($"other-{i}");
        }

        var last = f.Stub.Add("last");
        var hex = f.Stub.Add(new string('a', 32));
        Assert.Equal(last.Id, (await (await f.AdminAsync(queue: "last")).GetStatsAsync(default)).Details["queue_id"]);
        Assert.Equal(last.Id, (await (await f.AdminAsync(queue: last.Id)).GetStatsAsync(default)).Details["queue_id"]);
        Assert.Equal(hex.Id, (await (await f.AdminAsync(queue: hex.Name)).GetStatsAsync(default)).Details["queue_id"]);
    }
}
