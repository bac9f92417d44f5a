using System.Text;
using Eventide.Queues.Redis.Tests.Server;
using Eventide.Tests;

namespace Eventide.Queues.Redis.Tests.Streams;

/// <summary>What is particular to Redis Streams, on a real server.</summary>
public sealed class RedisStreamTests : IAsyncLifetime
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly List<IAsyncDisposable> _opened = [];
    private RedisServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private RedisStreamOptions Options => new() { Server = _server.Options, Stream = "orders", Group = "workers" };

    public async ValueTask InitializeAsync() => _server = await RedisServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var opened in Enumerable.Reverse(_opened))
        {
            await opened.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    [Fact]
    public async Task Flat_entries_of_a_foreign_producer_are_handled()
    {
        var receiver = await ReceiverAsync(Options with { Values = RedisFieldValues.Typed });
        var id = await _server.CliAsync("XADD", "orders", "*", "content", "Hello world", "count", "3", "price", "1.5");

        var message = (await RoundTrip.ReceiveAsync(receiver)).Message;

        Assert.Equal("""{"content":"Hello world","count":3,"price":1.5}""", message.Text);
        Assert.Equal(id, message.Id);
        var entry = Assert.IsType<RedisStreamEntry>(message.Native);
        Assert.Equal(("orders", "workers", receiver.Consumer), (entry.Stream, entry.Group, entry.Consumer));
    }

    [Fact]
    public async Task What_is_sent_as_fields_reads_as_a_flat_entry_to_a_foreign_consumer()
    {
        var sender = await SenderAsync(Options with { Format = RedisBodyFormat.Fields });

        await SendAsync(sender, new OutgoingMessage("""{"content":"Hello world","count":3,"price":1.5}"""));

        var lines = (await _server.CliAsync("XRANGE", "orders", "-", "+")).Split('\n').Skip(1);
        Assert.Equal(["content", "Hello world", "count", "3", "price", "1.5"], lines, StringComparer.Ordinal);
    }

    [Fact]
    public async Task A_group_begins_at_the_start_or_at_the_end_as_asked()
    {
        await _server.CliAsync("XADD", "orders", "*", "n", "old");
        var fromStart = await ReceiverAsync(Options with { Group = "a" });
        var fromEnd = await ReceiverAsync(Options with { Group = "b", Start = RedisStreamStart.End });
        await _server.CliAsync("XADD", "orders", "*", "n", "new");

        Assert.Equal("""{"n":"old"}""", (await RoundTrip.ReceiveAsync(fromStart)).Message.Text);
        Assert.Equal("""{"n":"new"}""", (await RoundTrip.ReceiveAsync(fromEnd)).Message.Text);
    }

    [Fact]
    public async Task A_group_that_goes_away_while_a_receive_waits_is_created_again_and_nothing_sent_since_is_missed()
    {
        var receiver = await ReceiverAsync(Options with { Start = RedisStreamStart.End });
        var sender = await SenderAsync(Options);
        await SendAsync(sender, new OutgoingMessage("1"));
        await AcknowledgeAsync(receiver, await RoundTrip.ReceiveAsync(receiver));
        var waiting = receiver.ReceiveAsync(new ReceiveRequest(1, Long, Long), Token).AsTask();

        await _server.CliAsync("FLUSHALL");
        await SendAsync(sender, new OutgoingMessage("2"));

        Assert.Equal("2", Assert.Single((await Eventually.Ends(waiting)).Messages).Message.Text);
        await _server.CliAsync("XGROUP", "DESTROY", "orders", "workers");
        await SendAsync(sender, new OutgoingMessage("3"));
        Assert.Equal("3", (await RoundTrip.ReceiveAsync(receiver)).Message.Text);
    }

    [Fact]
    public async Task Consumers_have_the_names_given_and_generated_ones_leave_with_their_receiver()
    {
        var given = await ReceiverAsync(Options with { Consumer = "worker-1" });
        var generated = await RedisStreamReceiver.OpenAsync(Options, cancellationToken: Token);
        var admin = await AdminAsync(Options);
        await SendAsync(await SenderAsync(Options), Many(0, 2));
        await AcknowledgeAsync(given, await RoundTrip.ReceiveAsync(given));
        await AcknowledgeAsync(generated, await RoundTrip.ReceiveAsync(generated));
        Assert.Equal(new[] { "worker-1", generated.Consumer }.Order(StringComparer.Ordinal), (await admin.GetConsumersAsync(Token)).Select(c => c.Name).Order(StringComparer.Ordinal), StringComparer.Ordinal);

        await generated.DisposeAsync();

        Assert.Equal("worker-1", Assert.Single(await admin.GetConsumersAsync(Token)).Name);
    }

    [Fact]
    public async Task Each_delivery_keeps_the_lease_it_was_given_whatever_lease_others_ask_for()
    {
        var admin = await AdminAsync(Options);
        var receiver = await ReceiverAsync(Options with { ClaimInterval = TimeSpan.FromMilliseconds(20) });
        var other = await ReceiverAsync(Options with { ClaimInterval = TimeSpan.FromMilliseconds(20) });
        await SendAsync(await SenderAsync(Options), new OutgoingMessage("1"), new OutgoingMessage("2"));
        var kept = await RoundTrip.ReceiveAsync(receiver, Long);
        var lost = await RoundTrip.ReceiveAsync(receiver, TimeSpan.FromMilliseconds(50));
        await Eventually.IsTrue(async () => (await admin.GetPendingAsync(minIdle: TimeSpan.FromMilliseconds(60), cancellationToken: Token)).Count == 2);

        // Asked for with the shortest of leases, which must not shorten another's.
        var taken = await other.ReceiveAsync(new ReceiveRequest(10, TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(10)), Token);

        Assert.Equal(lost.Message.Id, Assert.Single(taken.Messages).Message.Id);
        Assert.Equal(2, taken.Messages[0].Message.Attempt);
        Assert.Empty((await receiver.AcknowledgeAsync([kept], Token)).Failures);
        Assert.Equal(SettleFailureKind.LeaseLost, Assert.Single((await receiver.AcknowledgeAsync([lost], Token)).Failures).Kind);
    }

    [Fact]
    public async Task A_second_lease_is_written_down_before_anything_is_read_under_it()
    {
        var receiver = await ReceiverAsync(Options with { Consumer = "c", ClaimInterval = TimeSpan.FromHours(1), SweepInterval = TimeSpan.FromMinutes(1) });
        await SendAsync(await SenderAsync(Options), Many(0, 2));
        await RoundTrip.ReceiveAsync(receiver, TimeSpan.FromSeconds(5));

        await RoundTrip.ReceiveAsync(receiver, TimeSpan.FromSeconds(90));

        Assert.Equal("5000", await _server.CliAsync("HGET", "{orders}:eventide:leases:workers", "c"));
        Assert.Equal("90000", await _server.CliAsync("HGET", "{orders}:eventide:leases:workers", "c~90000ms"));
    }

    [Fact]
    public async Task A_released_message_stays_pending_and_comes_to_another_receiver_when_due()
    {
        var receiver = await ReceiverAsync(Options);
        var other = await ReceiverAsync(Options with { SweepInterval = TimeSpan.FromMilliseconds(50) });
        var admin = await AdminAsync(Options);
        await SendAsync(await SenderAsync(Options), new OutgoingMessage("1"));
        var message = await RoundTrip.ReceiveAsync(receiver);

        await receiver.ReleaseAsync([new Release(message, TimeSpan.FromMinutes(10))], Token);

        Assert.Equal(("eventide:parked", 1L), (await admin.GetPendingAsync(cancellationToken: Token)).Select(p => (p.Consumer, p.DeliveryCount)).Single());
        var stats = await admin.GetStatsAsync(Token);
        Assert.Equal((0, 0, 1), (stats.Ready, stats.InFlight, stats.Delayed));
        Assert.Empty((await other.ReceiveAsync(new ReceiveRequest(1, TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(10)), Token)).Messages);

        // Ten minutes later.
        await _server.CliAsync("ZADD", "{orders}:eventide:parked:workers", "0", message.Message.Id);
        Assert.Equal(1, (await admin.GetStatsAsync(Token)).Ready);
        var again = await RoundTrip.ReceiveAsync(other);
        Assert.Equal((message.Message.Id, 2), (again.Message.Id, again.Message.Attempt));
        Assert.Equal("0", await _server.CliAsync("EXISTS", "{orders}:eventide:parked:workers"));
    }

    [Fact]
    public async Task Released_messages_whose_due_times_were_lost_come_at_once_rather_than_never()
    {
        var receiver = await ReceiverAsync(Options with { ClaimInterval = TimeSpan.FromMilliseconds(50), SweepInterval = TimeSpan.FromMilliseconds(20) });
        await SendAsync(await SenderAsync(Options), new OutgoingMessage("1"));
        var message = await RoundTrip.ReceiveAsync(receiver);
        await receiver.ReleaseAsync([new Release(message, TimeSpan.FromHours(1))], Token);

        await _server.CliAsync("DEL", "{orders}:eventide:parked:workers");

        Assert.Equal(message.Message.Id, (await RoundTrip.ReceiveAsync(receiver)).Message.Id);
    }

    [Fact]
    public async Task Delayed_sends_of_one_time_come_in_their_order_even_if_alike()
    {
        var sender = await SenderAsync(Options);
        var receiver = await ReceiverAsync(Options);
        await SendAsync(sender, [.. Enumerable.Range(0, 50).Select(n => new OutgoingMessage($"{n / 2}") { Delay = TimeSpan.FromMinutes(5), Group = n % 2 == 0 ? null : "g" })]);
        var admin = await AdminAsync(Options);
        Assert.Equal((0, 50), ((await admin.GetStatsAsync(Token)).Ready, (await admin.GetStatsAsync(Token)).Delayed));

        // Five minutes later: all due at once.
        var members = (await _server.CliAsync("EVAL", "for _, m in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do redis.call('ZADD', KEYS[1], 5, m) end return redis.call('ZCARD', KEYS[1])", "1", "{orders}:eventide:delayed")).Trim();
        Assert.Equal("50", members);

        var texts = new List<string>();
        while (texts.Count < 50)
        {
            texts.Add((await RoundTrip.ReceiveAsync(receiver)).Message.Text);
        }

        Assert.Equal(Enumerable.Range(0, 50).Select(n => $"{n / 2}"), texts, StringComparer.Ordinal);
    }

    [Fact]
    public async Task Entries_deleted_while_they_are_in_flight_or_released_do_not_come_back_nor_stay_behind()
    {
        var receiver = await ReceiverAsync(Options with { ClaimInterval = TimeSpan.FromMilliseconds(20), SweepInterval = TimeSpan.FromMilliseconds(20) });
        var admin = await AdminAsync(Options);
        await SendAsync(await SenderAsync(Options), new OutgoingMessage("1"), new OutgoingMessage("2"), new OutgoingMessage("3"));
        var messages = (await receiver.ReceiveAsync(new ReceiveRequest(2, TimeSpan.Zero, TimeSpan.FromMilliseconds(50)), Token)).Messages;
        await receiver.ReleaseAsync([new Release(messages[0], TimeSpan.Zero)], Token);
        await _server.CliAsync("XDEL", "orders", messages[0].Message.Id, messages[1].Message.Id);

        Assert.Equal("3", (await RoundTrip.ReceiveAsync(receiver)).Message.Text);
        await Eventually.IsTrue(async () =>
        {
            Assert.Empty((await receiver.ReceiveAsync(new ReceiveRequest(2, TimeSpan.FromMilliseconds(50), Long), Token)).Messages);
            return (await admin.GetPendingAsync(cancellationToken: Token)).Count == 1;
        });
    }

    [Fact]
    public async Task Entries_that_a_cut_connection_was_bringing_come_at_once_and_uncounted()
    {
        await using var proxy = new TcpProxy(_server.Port);
        var receiver = await ReceiverAsync(Options with { Server = Options.Server with { Port = proxy.Port, MinReconnectDelay = TimeSpan.FromMilliseconds(1), MaxReconnectDelay = TimeSpan.FromMilliseconds(10) } });
        var admin = await AdminAsync(Options);
        var sender = await SenderAsync(Options);
        await SendAsync(sender, new OutgoingMessage("0"));
        var held = await RoundTrip.ReceiveAsync(receiver);
        var waiting = receiver.ReceiveAsync(new ReceiveRequest(10, Long, TimeSpan.FromHours(1)), Token).AsTask();
        await Eventually.IsTrue(async () => (await _server.CliAsync("CLIENT", "LIST")).Contains("cmd=xreadgroup", StringComparison.Ordinal) && (await _server.CliAsync("INFO", "clients")).Contains("blocked_clients:1", StringComparison.Ordinal));

        // The server's answer goes into a connection that carries nothing more.
        proxy.FallSilent();
        await SendAsync(sender, new OutgoingMessage("1"), new OutgoingMessage("2"));
        await Eventually.IsTrue(async () => (await admin.GetPendingAsync(cancellationToken: Token)).Count > 1);
        proxy.Resume();
        proxy.Cut();
        var taken = new List<LeasedMessage>();
        try
        {
            taken.AddRange((await Eventually.Ends(waiting)).Messages);
        }
        catch (QueueException e)
        {
            Assert.True(e.IsTransient);
        }

        while (taken.Count < 2)
        {
            try
            {
                taken.AddRange((await receiver.ReceiveAsync(new ReceiveRequest(10, TimeSpan.FromSeconds(5), TimeSpan.FromHours(1)), Token)).Messages);
            }
            catch (QueueException e)
            {
                Assert.True(e.IsTransient);
            }
        }

        Assert.Equal(["1", "2"], taken.Select(m => m.Message.Text), StringComparer.Ordinal);
        Assert.All(taken, m => Assert.Equal(1, m.Message.Attempt));
        Assert.Empty((await receiver.AcknowledgeAsync([held, .. taken], Token)).Failures);
        Assert.Empty(await admin.GetPendingAsync(cancellationToken: Token));
    }

    [Fact]
    public async Task Trimming_never_drops_what_a_group_has_still_to_read_or_to_settle()
    {
        var sender = await SenderAsync(Options with { MaxLength = 10, TrimExactly = true });
        var admin = await AdminAsync(Options with { MaxLength = 10, TrimExactly = true });
        await SendAsync(sender, Many(0, 50));
        Assert.Equal(0, await admin.TrimAsync(Token));
        var receiver = await ReceiverAsync(Options);
        await AdminAsync(Options with { Group = "slow" }, create: true);
        var first = (await receiver.ReceiveAsync(new ReceiveRequest(50, TimeSpan.Zero, Long), Token)).Messages;
        Assert.Equal(50, first.Count);

        await AcknowledgeAsync(receiver, [.. first]);
        Assert.Equal(0, await admin.TrimAsync(Token));

        var slow = await ReceiverAsync(Options with { Group = "slow" });
        var taken = (await slow.ReceiveAsync(new ReceiveRequest(45, TimeSpan.Zero, Long), Token)).Messages;
        await slow.ReleaseAsync([new Release(taken[30], TimeSpan.FromHours(1))], Token);
        await AcknowledgeAsync(slow, [.. taken.Where((_, i) => i != 30)]);
        Assert.Equal(30, await admin.TrimAsync(Token));

        await _server.CliAsync("ZADD", "{orders}:eventide:parked:slow", "0", taken[30].Message.Id);
        var last = new List<LeasedMessage>();
        while (last.Count < 6)
        {
            last.Add(await RoundTrip.ReceiveAsync(slow));
        }

        await AcknowledgeAsync(slow, [.. last]);
        Assert.Equal(10, await admin.TrimAsync(Token));
        Assert.Equal("10", await _server.CliAsync("XLEN", "orders"));
    }

    [Fact]
    public async Task A_sender_keeps_the_stream_at_its_length_behind_its_readers()
    {
        var receiver = await ReceiverAsync(Options);
        var sender = await SenderAsync(Options with { MaxLength = 5, TrimExactly = true });
        for (var round = 0; round < 4; round++)
        {
            await SendAsync(sender, Many(round * 20, 20));
            var messages = (await receiver.ReceiveAsync(new ReceiveRequest(20, TimeSpan.FromSeconds(5), Long), Token)).Messages;
            Assert.Equal(20, messages.Count);
            await AcknowledgeAsync(receiver, [.. messages]);
        }

        await SendAsync(sender, Many(80, 1));
        await Eventually.IsTrue(async () => await _server.CliAsync("XLEN", "orders") == "5");
        Assert.Equal("80", (await RoundTrip.ReceiveAsync(receiver)).Message.Text);
    }

    [Theory]
    [InlineData(true, false, 10)]
    [InlineData(false, true, 3)]
    public async Task Told_so_trimming_drops_unread_entries_too(bool byLength, bool byAge, int left)
    {
        await AdminAsync(Options, create: true);
        for (var i = 0; i < 20; i++)
        {
            await _server.CliAsync("XADD", "orders", $"{1000 + i}-1", "n", $"{i}");
        }

        var sender = await SenderAsync(Options with { MaxLength = byLength ? 10 : null, MaxAge = byAge ? TimeSpan.FromHours(1) : null, TrimExactly = true, TrimUnread = true });
        await SendAsync(sender, Many(0, 3));

        Assert.Equal($"{left}", await _server.CliAsync("XLEN", "orders"));
    }

    [Fact]
    public async Task Trimming_by_age_and_by_id_stops_at_what_is_needed()
    {
        var receiver = await ReceiverAsync(Options);
        for (var i = 0; i < 20; i++)
        {
            await _server.CliAsync("XADD", "orders", $"{1000 + i}-1", "n", $"{i}");
        }

        var messages = (await receiver.ReceiveAsync(new ReceiveRequest(10, TimeSpan.Zero, Long), Token)).Messages;
        await AcknowledgeAsync(receiver, [.. messages.Where((_, i) => i != 7)]);

        Assert.Equal(5, await (await AdminAsync(Options with { MinId = "1005", TrimExactly = true })).TrimAsync(Token));
        Assert.Equal(2, await (await AdminAsync(Options with { MaxAge = TimeSpan.FromHours(1), TrimExactly = true })).TrimAsync(Token));
        Assert.Equal("13", await _server.CliAsync("XLEN", "orders"));
    }

    [Fact]
    public async Task Acknowledged_entries_are_deleted_once_no_other_group_needs_them()
    {
        var options = Options with { DeleteAcknowledged = true };
        var receiver = await ReceiverAsync(options);
        var slow = await ReceiverAsync(options with { Group = "slow" });
        await SendAsync(await SenderAsync(options), Many(0, 3));
        var ours = (await receiver.ReceiveAsync(new ReceiveRequest(3, TimeSpan.Zero, Long), Token)).Messages;
        await AcknowledgeAsync(receiver, ours[0]);
        Assert.Equal("3", await _server.CliAsync("XLEN", "orders"));

        var theirs = (await slow.ReceiveAsync(new ReceiveRequest(2, TimeSpan.Zero, Long), Token)).Messages;
        await AcknowledgeAsync(slow, theirs[0]);
        Assert.Equal("2", await _server.CliAsync("XLEN", "orders"));

        await AcknowledgeAsync(receiver, ours[1], ours[2]);
        await AcknowledgeAsync(slow, theirs[1]);
        Assert.Equal("1", await _server.CliAsync("XLEN", "orders"));
        Assert.Equal("2", (await RoundTrip.ReceiveAsync(slow)).Message.Text);
    }

    [Fact]
    public async Task Dead_letters_go_to_the_stream_named()
    {
        var receiver = await ReceiverAsync(Options with { DeadLetterStream = "orders:dead" });
        await using var dead = await receiver.OpenDeadLetterSenderAsync(Token);

        await SendAsync(dead!, new OutgoingMessage("poison"));

        Assert.Equal("orders:dead", dead!.Name);
        Assert.Equal("1", await _server.CliAsync("XLEN", "orders:dead"));
        Assert.Null(await (await ReceiverAsync(Options)).OpenDeadLetterSenderAsync(Token));
    }

    [Fact]
    public async Task What_was_given_back_together_comes_again_in_the_order_of_the_stream()
    {
        await SendAsync(await SenderAsync(Options), Many(0, 120));
        var receiver = await ReceiverAsync(Options);
        var request = new ReceiveRequest(120, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1));
        var taken = (await receiver.ReceiveAsync(request, Token)).Messages;
        Assert.Equal(120, taken.Count);
        await receiver.ReleaseAsync([.. taken.Reverse().Select(m => new Release(m, TimeSpan.Zero, Uncounted: true))], Token);

        var again = new List<string>();
        while (again.Count < 120)
        {
            again.AddRange((await receiver.ReceiveAsync(request with { MaxMessages = 50 }, Token)).Messages.Select(m => m.Message.Text));
        }

        Assert.Equal(taken.Select(m => m.Message.Text), again);
    }

    [Fact]
    public async Task Peeking_shows_what_was_given_back_and_not_what_is_still_delayed()
    {
        var admin = await AdminAsync(Options);
        await admin.CreateAsync(Token);
        await SendAsync(await SenderAsync(Options), Many(0, 4));
        var receiver = await ReceiverAsync(Options);
        var taken = (await receiver.ReceiveAsync(new ReceiveRequest(3, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1)), Token)).Messages;
        Assert.Equal(3, taken.Count);
        await receiver.ReleaseAsync([new Release(taken[0], TimeSpan.Zero, Uncounted: true), new Release(taken[1], TimeSpan.FromHours(1), Uncounted: false)], Token);

        Assert.Equal([("0", 1), ("3", 1)], (await admin.PeekAsync(10, Token)).Select(m => (m.Text, m.Attempt)));
        Assert.Equal(["0"], (await admin.PeekAsync(1, Token)).Select(m => m.Text), StringComparer.Ordinal);
        Assert.Equal(2, (await admin.GetStatsAsync(Token)).Ready);
    }

    [Fact]
    public async Task Administration_shows_ranges_groups_consumers_and_pending_entries()
    {
        var admin = await AdminAsync(Options);
        Assert.Empty(await admin.GetGroupsAsync(Token));
        Assert.Empty(await admin.GetConsumersAsync(Token));
        Assert.Empty(await admin.GetPendingAsync(cancellationToken: Token));
        Assert.Equal(0, (await admin.GetStatsAsync(Token)).Ready);
        Assert.Empty(await admin.PeekAsync(5, Token));
        Assert.Equal(0, await admin.PurgeAsync(Token));
        Assert.True(await admin.CreateAsync(Token));
        Assert.False(await admin.CreateAsync(Token));
        await SendAsync(await SenderAsync(Options), Many(0, 5));
        var receiver = await ReceiverAsync(Options with { Consumer = "c1" });
        var message = await RoundTrip.ReceiveAsync(receiver);

        Assert.Equal(["0", "1", "2", "3", "4"], (await admin.RangeAsync(cancellationToken: Token)).Select(m => m.Text), StringComparer.Ordinal);
        Assert.Equal(["4", "3"], (await admin.RangeAsync(max: 2, newestFirst: true, cancellationToken: Token)).Select(m => m.Text), StringComparer.Ordinal);
        Assert.Equal(["0"], (await admin.RangeAsync(message.Message.Id, message.Message.Id, cancellationToken: Token)).Select(m => m.Text), StringComparer.Ordinal);
        Assert.Equal(["1", "2"], (await admin.PeekAsync(2, Token)).Select(m => m.Text), StringComparer.Ordinal);
        var group = Assert.Single(await admin.GetGroupsAsync(Token));
        Assert.True(group.Unread is 4 or null, $"{group.Unread} unread"); // Redis 6.2 keeps no count.
        Assert.Equal(new RedisGroupInfo("workers", 1, 1, message.Message.Id, null), group with { Unread = null });
        Assert.Equal(("c1", 1L), (await admin.GetConsumersAsync(Token)).Select(c => (c.Name, c.Pending)).Single());
        Assert.Equal((message.Message.Id, "c1", 1L), (await admin.GetPendingAsync(consumer: "c1", cancellationToken: Token)).Select(p => (p.Id, p.Consumer, p.DeliveryCount)).Single());
        Assert.Empty(await admin.GetPendingAsync(consumer: "c2", cancellationToken: Token));
        var stats = await admin.GetStatsAsync(Token);
        Assert.Equal((4, 1, 0), (stats.Ready, stats.InFlight, stats.Delayed));
        Assert.True(stats.OldestAge < TimeSpan.FromMinutes(5));
        Assert.Equal("5", stats.Details["length"]);
    }

    [Fact]
    public async Task Purging_one_group_leaves_the_others_what_is_theirs()
    {
        var admin = await AdminAsync(Options, create: true);
        var other = await ReceiverAsync(Options with { Group = "other" });
        var receiver = await ReceiverAsync(Options);
        await SendAsync(await SenderAsync(Options), [.. Many(0, 5), new OutgoingMessage("later") { Delay = Long }]);
        await RoundTrip.ReceiveAsync(receiver);

        Assert.Equal(6, await admin.PurgeAsync(Token));

        Assert.Empty((await receiver.ReceiveAsync(new ReceiveRequest(5, TimeSpan.Zero, Long), Token)).Messages);
        Assert.Equal(5, (await other.ReceiveAsync(new ReceiveRequest(5, TimeSpan.Zero, Long), Token)).Messages.Count);
        Assert.Equal((0, 0, 0), await admin.GetStatsAsync(Token) is var s ? (s.Ready, s.InFlight, s.Delayed) : default);
    }

    [Fact]
    public async Task Groups_and_consumers_can_be_removed_and_a_consumers_entries_are_not_lost_with_it()
    {
        var admin = await AdminAsync(Options, create: true);
        await SendAsync(await SenderAsync(Options), Many(0, 3));
        var dead = await ReceiverAsync(Options with { Consumer = "dead" });
        await dead.ReceiveAsync(new ReceiveRequest(2, TimeSpan.Zero, Long), Token);

        Assert.Equal(2, await admin.RemoveConsumerAsync("dead", Token));

        Assert.DoesNotContain(await admin.GetConsumersAsync(Token), c => c.Name == "dead");
        var receiver = await ReceiverAsync(Options);
        var messages = new[] { await RoundTrip.ReceiveAsync(receiver), await RoundTrip.ReceiveAsync(receiver), await RoundTrip.ReceiveAsync(receiver) };
        Assert.Equal(["0", "1", "2"], messages.Select(m => m.Message.Text).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(async () => await admin.RemoveConsumerAsync("eventide:parked", Token));

        Assert.True(await admin.RemoveGroupAsync(Token));
        Assert.False(await admin.RemoveGroupAsync(Token));
        Assert.Equal("3", await _server.CliAsync("XLEN", "orders"));
        Assert.Equal("0", await _server.CliAsync("EXISTS", "{orders}:eventide:leases:workers"));
    }

    [Fact]
    public async Task A_full_server_refuses_sends_for_now_but_still_delivers()
    {
        var sender = await SenderAsync(Options);
        await AdminAsync(Options, create: true);
        await SendAsync(sender, Many(0, 5));
        await SendAsync(sender, new OutgoingMessage("delayed") { Delay = TimeSpan.FromMilliseconds(1) });
        await _server.CliAsync("CONFIG", "SET", "maxmemory", "1");
        var refused = await sender.SendAsync(Many(9, 2), Token);
        Assert.All(refused, r => Assert.True(!r.IsSent && r.IsTransient && r.Error!.Contains("memory is full", StringComparison.Ordinal), r.Error));

        var receiver = await ReceiverAsync(Options with { Group = "workers" });
        Assert.Equal(5, (await receiver.ReceiveAsync(new ReceiveRequest(9, TimeSpan.FromSeconds(5), Long), Token)).Messages.Count);

        await _server.CliAsync("CONFIG", "SET", "maxmemory", "0");
        Assert.Equal("delayed", (await RoundTrip.ReceiveAsync(receiver)).Message.Text);
    }

    [Fact]
    public async Task Scripts_survive_a_server_that_forgets_them()
    {
        var receiver = await ReceiverAsync(Options);
        var sender = await SenderAsync(Options);
        for (var round = 0; round < 3; round++)
        {
            await SendAsync(sender, new OutgoingMessage($"{round}") { Delay = TimeSpan.FromMilliseconds(1) });
            var message = await RoundTrip.ReceiveAsync(receiver);
            await _server.CliAsync("SCRIPT", "FLUSH");
            Assert.Empty((await receiver.ExtendAsync([message], Long, Token)).Failures);
            await _server.CliAsync("SCRIPT", "FLUSH");
            Assert.Empty((await receiver.ReleaseAsync([new Release(message, TimeSpan.Zero)], Token)).Failures);
            await _server.CliAsync("SCRIPT", "FLUSH");
            await AcknowledgeAsync(receiver, await RoundTrip.ReceiveAsync(receiver));
        }
    }

    [Fact]
    public async Task Two_receives_at_once_are_refused()
    {
        var receiver = await ReceiverAsync(Options);
        using var cancel = new CancellationTokenSource();
        var waiting = receiver.ReceiveAsync(new ReceiveRequest(1, Long, Long), cancel.Token).AsTask();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await receiver.ReceiveAsync(new ReceiveRequest(1, Long, Long), Token));

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.Ends(waiting));
    }

    [Fact]
    public async Task Receipts_of_others_are_refused_one_by_one()
    {
        var receiver = await ReceiverAsync(Options);
        await SendAsync(await SenderAsync(Options), Many(0, 1));
        var own = await RoundTrip.ReceiveAsync(receiver);
        var foreign = new LeasedMessage(new Message("1", "x", default), "receipt");

        var report = await receiver.AcknowledgeAsync([foreign, own], Token);

        Assert.Equal((0, SettleFailureKind.Permanent), (Assert.Single(report.Failures).Index, report.Failures[0].Kind));
        Assert.Equal("0", (await _server.CliAsync("XPENDING", "orders", "workers")).Split('\n')[0]);
    }

    private static OutgoingMessage[] Many(int from, int count) => [.. Enumerable.Range(from, count).Select(n => new OutgoingMessage($"{n}"))];

    private static async Task SendAsync(IQueueSender sender, params OutgoingMessage[] messages) =>
        Assert.All(await sender.SendAsync(messages, Token), r => Assert.True(r.IsSent, r.Error));

    private static async Task AcknowledgeAsync(RedisStreamReceiver receiver, params LeasedMessage[] messages) =>
        Assert.Empty((await receiver.AcknowledgeAsync(messages, Token)).Failures);

    private async Task<RedisStreamReceiver> ReceiverAsync(RedisStreamOptions options) => Keep(await RedisStreamReceiver.OpenAsync(options, cancellationToken: Token));

    private async Task<RedisStreamSender> SenderAsync(RedisStreamOptions options) => Keep(await RedisStreamSender.OpenAsync(options, cancellationToken: Token));

    private async Task<RedisStreamAdmin> AdminAsync(RedisStreamOptions options, bool create = false)
    {
        var admin = Keep(await RedisStreamAdmin.OpenAsync(options, cancellationToken: Token));
        if (create)
        {
            await admin.CreateAsync(Token);
        }

        return admin;
    }

    private T Keep<T>(T opened)
        where T : IAsyncDisposable
    {
        _opened.Add(opened);
        return opened;
    }
}
