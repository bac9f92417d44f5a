using Eventide.Queues.Cloudflare.Tests.Stub;
using Eventide.Tests;

namespace Eventide.Queues.Cloudflare.Tests;

public sealed class SenderTests
{
    [Fact]
    public async Task One_message_goes_to_messages_and_several_to_batch()
    {
        await using var f = await Fixture.StartAsync();
        var sender = await f.SenderAsync();
        Assert.True(Assert.Single(await sender.SendAsync([new OutgoingMessage("a")], default)).IsSent);
        Assert.Equal(3, (await sender.SendAsync([new("b"), new("c"), new("d")], default)).Count(r => r.IsSent));
        Assert.Single(f.Stub.Requests("/messages"));
        Assert.Single(f.Stub.Requests("/batch"));
        Assert.Equal(4, f.Stub.Count(f.Queue));
        Assert.Empty(await sender.SendAsync([], default));
    }

    [Fact]
    public async Task A_delayed_message_does_not_come_early()
    {
        var time = new FakeTime();
        await using var f = await Fixture.StartAsync(time);
        var sender = await f.SenderAsync();
        await sender.SendAsync([new("soon") { Delay = TimeSpan.FromMilliseconds(1) }, new("day") { Delay = TimeSpan.FromHours(24) }], default);
        var receiver = await f.ReceiverAsync();
        Assert.Empty((await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("soon", Assert.Single((await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages).Message.Text);
        time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(2));
        Assert.DoesNotContain("day", (await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages.Select(m => m.Message.Text));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("day", (await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages.Select(m => m.Message.Text));
    }

    [Fact]
    public async Task A_message_that_cannot_be_sent_fails_alone()
    {
        await using var f = await Fixture.StartAsync();
        var sender = await f.SenderAsync();
        var results = await sender.SendAsync(
            [
                new("fits"),
                new(new byte[127_901]),
                new("late") { Delay = TimeSpan.FromHours(25) },
                new("odd") { Group = "\ud800" },
                new("fits too"),
            ],
            default);
        Assert.Equal([true, false, false, false, true], results.Select(r => r.IsSent));
        Assert.All(results, r => Assert.False(r.IsTransient));
        Assert.Contains("127900", results[1].Error, StringComparison.Ordinal);
        Assert.Contains("86400", results[2].Error, StringComparison.Ordinal);
        Assert.Equal(2, f.Stub.Count(f.Queue));
    }

    [Fact]
    public async Task The_largest_body_of_text_is_taken()
    {
        await using var f = await Fixture.StartAsync();
        var sender = await f.SenderAsync();
        var body = new string('x', (int)sender.Limits.MaxMessageBytes!);
        Assert.True(Assert.Single(await sender.SendAsync([new(body)], default)).IsSent);
        Assert.Equal(body, Assert.Single((await (await f.ReceiverAsync()).ReceiveAsync(Fixture.AtOnce(), default)).Messages).Message.Text);
    }

    [Fact]
    public async Task A_batch_that_grows_too_large_in_envelopes_is_split()
    {
        await using var f = await Fixture.StartAsync();
        var sender = await f.SenderAsync();
        var random = new Random(5);
        var messages = Enumerable.Range(0, 100).Select(_ =>
        {
            var bytes = new byte[5_000];
            random.NextBytes(bytes);
            return new OutgoingMessage(bytes);
        }).ToList();
        Assert.All(await sender.SendAsync(messages, default), r => Assert.True(r.IsSent, r.Error));
        Assert.True(f.Stub.Requests("/batch").Count is 3 or 4);
        Assert.Equal(100, f.Stub.Count(f.Queue));
    }

    [Fact]
    public async Task Where_one_of_two_requests_fails_its_messages_are_named_and_the_rest_are_sent()
    {
        await using var f = await Fixture.StartAsync();
        var sender = await f.SenderAsync();
        var big = new string('x', 100_000);
        f.Stub.FailNext("/batch", 503);
        var results = await sender.SendAsync([new(big), new(big), new(big)], default);
        Assert.Equal([false, false, true], results.Select(r => r.IsSent));
        Assert.Equal([true, true, false], results.Select(r => r.IsTransient));
        Assert.Equal(1, f.Stub.Count(f.Queue));
    }

    [Fact]
    public async Task A_request_that_fails_as_a_whole_throws()
    {
        await using var f = await Fixture.StartAsync();
        var sender = await f.SenderAsync();
        f.Stub.FailNext("/batch", 429, 10251);
        var refused = await Assert.ThrowsAsync<CloudflareQueueException>(() => sender.SendAsync([new("a"), new("b")], default).AsTask());
        Assert.Equal(10251, refused.Code);
        Assert.True(refused.IsTransient);
        Assert.Equal(0, f.Stub.Count(f.Queue));
    }

    [Fact]
    public async Task A_producer_with_the_id_looks_nothing_up()
    {
        await using var f = await Fixture.StartAsync();
        var sender = await f.SenderAsync(queue: f.Queue.Id);
        await sender.SendAsync([new("a")], default);
        Assert.All(f.Stub.Requests(""), r => Assert.Equal("POST", r.Method));
        Assert.Equal(1, f.Stub.Count(f.Queue));
    }
}
