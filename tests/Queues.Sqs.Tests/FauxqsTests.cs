using Eventide.Tests;

namespace Eventide.Queues.Sqs.Tests;

/// <summary>The provider against fauxqs.</summary>
public sealed class FauxqsTests(Fauxqs fauxqs) : QueueTest
{
    [Fact]
    public async Task What_is_sent_is_received_with_its_attributes_and_gone_when_acknowledged()
    {
        fauxqs.Need();
        var name = await fauxqs.CreateAsync();
        var provider = new SqsQueueProvider();
        var uri = QueueUri.Parse(fauxqs.Uri(name));
        await using var sender = await provider.OpenSenderAsync(uri, Stop);
        await using var receiver = await provider.OpenReceiverAsync(uri, Stop);
        var before = DateTimeOffset.UtcNow.AddSeconds(-5);

        await SendAsync(sender, new OutgoingMessage("{\"a\":1}") { Attributes = new Dictionary<string, string> { ["traceparent"] = "00-ab-cd-01", ["kind"] = "ü😀" } });
        var leased = await ReceiveOneAsync(receiver);

        Assert.Equal("{\"a\":1}", TextOf(leased));
        Assert.Equal(name, leased.Message.Queue);
        Assert.Equal(1, leased.Message.Attempt);
        Assert.Null(leased.Message.Group);
        Assert.InRange(leased.Message.EnqueuedAt!.Value, before, DateTimeOffset.UtcNow.AddSeconds(5));
        Assert.Equal(2, leased.Message.Attributes.Count);
        Assert.Equal("00-ab-cd-01", leased.Message.Attributes["traceparent"]);
        Assert.Equal("ü😀", leased.Message.Attributes["kind"]);
        Assert.Empty((await receiver.AcknowledgeAsync([leased], Stop)).Failures);
        await using var admin = await provider.OpenAdminAsync(uri, Stop);
        var stats = await admin!.GetStatsAsync(Stop);
        Assert.Equal(0, stats.Ready);
        Assert.Equal(0, stats.InFlight);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0, 1, 255, 254 })]
    [InlineData(new byte[] { 0xF0, 0x9F, 0x98, 0x80 })]
    [InlineData(new byte[] { 0xEF, 0xBF, 0xBF })]
    [InlineData(new byte[] { 0x41, 0x0B })]
    [InlineData(new byte[] { 0xC3, 0xA4, 0x22, 0x5C, 0x0A, 0xE2, 0x80, 0xA8 })]
    public async Task Any_bytes_come_back_as_they_were(byte[] body)
    {
        fauxqs.Need();
        var uri = QueueUri.Parse(fauxqs.Uri(await fauxqs.CreateAsync()));
        var provider = new SqsQueueProvider();
        await using var sender = await provider.OpenSenderAsync(uri, Stop);
        await using var receiver = await provider.OpenReceiverAsync(uri, Stop);

        await SendAsync(sender, new OutgoingMessage(body));
        var leased = await ReceiveOneAsync(receiver);

        Assert.Equal(body, leased.Message.Body.ToArray());
        Assert.Empty(leased.Message.Attributes);
    }

    [Fact]
    public async Task More_than_ten_attributes_odd_names_and_empty_values_come_back()
    {
        fauxqs.Need();
        var uri = QueueUri.Parse(fauxqs.Uri(await fauxqs.CreateAsync()));
        var provider = new SqsQueueProvider();
        await using var sender = await provider.OpenSenderAsync(uri, Stop);
        await using var receiver = await provider.OpenReceiverAsync(uri, Stop);
        var attributes = Enumerable.Range(0, 25).ToDictionary(i => $"name-{i}", i => $"value {i}");
        attributes["ein name"] = "blank";
        attributes["empty"] = "";
        attributes["zero"] = "\0";
        attributes["traceparent"] = "00-1-2-01";

        await SendAsync(sender, new OutgoingMessage(new byte[] { 0 }) { Attributes = attributes });
        var leased = await ReceiveOneAsync(receiver);

        Assert.Equal(attributes.OrderBy(a => a.Key, StringComparer.Ordinal), leased.Message.Attributes.OrderBy(a => a.Key, StringComparer.Ordinal));
        var native = Assert.IsType<SqsMessage>(leased.Message.Native);
        Assert.Equal(10, native.Attributes.Count);
        Assert.Contains("traceparent", native.Attributes.Keys);
    }

    [Fact]
    public async Task Numbers_and_bytes_are_sent_and_received_with_their_types()
    {
        fauxqs.Need();
        var uri = QueueUri.Parse(fauxqs.Uri(await fauxqs.CreateAsync()));
        var options = new SqsQueueOptions();
        options.AttributeTypes["count"] = "Number.int";
        options.AttributeTypes["raw"] = "Binary";
        var provider = new SqsQueueProvider(options);
        await using var sender = await provider.OpenSenderAsync(uri, Stop);
        await using var receiver = await provider.OpenReceiverAsync(uri, Stop);

        await SendAsync(sender, new OutgoingMessage("x") { Attributes = new Dictionary<string, string> { ["count"] = "12", ["raw"] = "AP8=" } });
        var leased = await ReceiveOneAsync(receiver);
        var failed = await sender.SendAsync([new OutgoingMessage("x") { Attributes = new Dictionary<string, string> { ["count"] = "many" } }], Stop);

        var native = (SqsMessage)leased.Message.Native!;
        Assert.Equal(new SqsAttributeValue("Number.int", "12", default), native.Attributes["count"]);
        Assert.Equal("Binary", native.Attributes["raw"].DataType);
        Assert.Equal([0, 255], native.Attributes["raw"].Binary.ToArray());
        Assert.Equal("12", leased.Message.Attributes["count"]);
        Assert.Equal("AP8=", leased.Message.Attributes["raw"]);
        Assert.Contains("'count' is sent as Number.int", failed[0].Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_released_message_comes_again_after_its_delay_with_the_attempt_counted()
    {
        fauxqs.Need();
        var uri = QueueUri.Parse(fauxqs.Uri(await fauxqs.CreateAsync()));
        var provider = new SqsQueueProvider();
        await using var sender = await provider.OpenSenderAsync(uri, Stop);
        await using var receiver = await provider.OpenReceiverAsync(uri, Stop);
        await SendAsync(sender, Text("a"));

        var first = await ReceiveOneAsync(receiver);
        Assert.Empty((await receiver.ReleaseAsync([new Release(first, TimeSpan.FromSeconds(1))], Stop)).Failures);
        var at = TimeProvider.System.GetTimestamp();
        Assert.Empty((await receiver.ReceiveAsync(new ReceiveRequest(10, TimeSpan.Zero, Lease), Stop)).Messages);
        var second = await ReceiveOneAsync(receiver);

        Assert.True(TimeProvider.System.GetElapsedTime(at) > TimeSpan.FromMilliseconds(700));
        Assert.Equal(2, second.Message.Attempt);
        Assert.Equal(first.Message.Id, second.Message.Id);
    }

    [Fact]
    public async Task A_lost_lease_is_told_when_it_is_extended_or_released()
    {
        fauxqs.Need();
        var uri = QueueUri.Parse(fauxqs.Uri(await fauxqs.CreateAsync()));
        var provider = new SqsQueueProvider();
        await using var sender = await provider.OpenSenderAsync(uri, Stop);
        await using var receiver = await provider.OpenReceiverAsync(uri, Stop);
        await SendAsync(sender, Text("a"), Text("b"));
        var leased = await ReceiveAsync(receiver, 2);
        var gone = leased.Single(m => TextOf(m) == "b");
        Assert.Empty((await receiver.AcknowledgeAsync([gone], Stop)).Failures);

        var extended = await receiver.ExtendAsync([.. leased], Lease, Stop);
        var released = await receiver.ReleaseAsync([.. leased.Select(m => new Release(m, TimeSpan.Zero))], Stop);

        var index = leased.IndexOf(gone);
        Assert.Equal((index, SettleFailureKind.LeaseLost), (Assert.Single(extended.Failures).Index, extended.Failures[0].Kind));
        Assert.Equal((index, SettleFailureKind.LeaseLost), (Assert.Single(released.Failures).Index, released.Failures[0].Kind));
    }

    [Fact]
    public async Task A_cancelled_receive_returns_at_once_and_what_its_poll_still_brings_is_put_back()
    {
        fauxqs.Need();
        var uri = QueueUri.Parse(fauxqs.Uri(await fauxqs.CreateAsync()));
        var provider = new SqsQueueProvider();
        await using var sender = await provider.OpenSenderAsync(uri, Stop);
        await using var other = await provider.OpenReceiverAsync(uri, Stop);
        var receiver = await provider.OpenReceiverAsync(uri, Stop);
        using var cancel = new CancellationTokenSource();
        var receiving = receiver.ReceiveAsync(new ReceiveRequest(10, TimeSpan.FromSeconds(20), Lease), cancel.Token).AsTask();
        Assert.False(receiving.IsCompleted);

        var at = TimeProvider.System.GetTimestamp();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);
        Assert.True(TimeProvider.System.GetElapsedTime(at) < TimeSpan.FromSeconds(3));
        await SendAsync(sender, Text("late"));
        var leased = await ReceiveOneAsync(other);

        Assert.Equal("late", TextOf(leased));
        await receiver.DisposeAsync();
        Assert.Empty((await other.AcknowledgeAsync([leased], Stop)).Failures);
    }

    [Fact]
    public async Task After_a_cancelled_receive_the_next_one_takes_what_the_old_poll_brings()
    {
        fauxqs.Need();
        var uri = QueueUri.Parse(fauxqs.Uri(await fauxqs.CreateAsync(), "&longPoll=20"));
        var provider = new SqsQueueProvider();
        await using var sender = await provider.OpenSenderAsync(uri, Stop);
        await using var receiver = await provider.OpenReceiverAsync(uri, Stop);
        using var cancel = new CancellationTokenSource();
        var receiving = receiver.ReceiveAsync(new ReceiveRequest(10, TimeSpan.FromSeconds(20), Lease), cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);

        var next = receiver.ReceiveAsync(new ReceiveRequest(10, TimeSpan.FromSeconds(20), Lease), Stop).AsTask();
        await SendAsync(sender, Text("late"));
        var leased = Assert.Single((await next).Messages);

        Assert.Equal(1, leased.Message.Attempt);
    }

    [Fact]
    public async Task A_fifo_queue_keeps_a_groups_order_over_failures_and_drops_duplicates()
    {
        fauxqs.Need();
        var uri = QueueUri.Parse(fauxqs.Uri(await fauxqs.CreateAsync(fifo: true)));
        var provider = new SqsQueueProvider();
        await using var sender = await provider.OpenSenderAsync(uri, Stop);
        await using var receiver = await provider.OpenReceiverAsync(uri, Stop);
        Assert.Equal(QueueOrdering.PerGroup, receiver.Limits.Ordering);
        Assert.True(receiver.Limits.Deduplicates);
        await SendAsync(
            sender, Text("a1", "a"), Text("a2", "a"), Text("b1", "b"),
            Text("b2", "b") with { DeduplicationId = "ein Wort" }, Text("b2 again", "b") with { DeduplicationId = "ein Wort" }, Text("b3", "b"));

        var seen = new List<string>();
        var hasFailed = false;
        while (seen.Count < 5)
        {
            var batch = (await receiver.ReceiveAsync(new ReceiveRequest(20, TimeSpan.FromSeconds(1), Lease), Stop)).Messages;
            foreach (var leased in batch)
            {
                if (TextOf(leased) == "a1" && !hasFailed)
                {
                    hasFailed = true;
                    Assert.Empty((await receiver.ReleaseAsync([new Release(leased, TimeSpan.Zero)], Stop)).Failures);
                    continue;
                }

                Assert.Equal(TextOf(leased)[..1], leased.Message.Group);
                seen.Add(TextOf(leased));
                Assert.Empty((await receiver.AcknowledgeAsync([leased], Stop)).Failures);
            }
        }

        Assert.Equal(["a1", "a2"], seen.Where(s => s[0] == 'a'));
        Assert.Equal(["b1", "b2", "b3"], seen.Where(s => s[0] == 'b'));
    }

    [Fact]
    public async Task A_fifo_queue_takes_messages_without_a_group_and_refuses_a_delay()
    {
        fauxqs.Need();
        var uri = QueueUri.Parse(fauxqs.Uri(await fauxqs.CreateAsync(fifo: true), "&defaultGroup=all"));
        var provider = new SqsQueueProvider();
        await using var sender = await provider.OpenSenderAsync(uri, Stop);
        await using var receiver = await provider.OpenReceiverAsync(uri, Stop);

        var results = await sender.SendAsync([Text("a"), Text("b") with { Delay = TimeSpan.FromSeconds(1) }, Text("c", "no good")], Stop);
        var leased = await ReceiveOneAsync(receiver);

        Assert.Equal("all", leased.Message.Group);
        Assert.True(results[0].IsSent);
        Assert.Contains("no delay", results[1].Error, StringComparison.Ordinal);
        Assert.Contains("'no good'", results[2].Error, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.Zero, sender.Limits.MaxSendDelay);
    }

    [Fact]
    public async Task The_redrive_policy_names_the_dead_letter_queue()
    {
        fauxqs.Need();
        var dead = await fauxqs.CreateAsync();
        var provider = new SqsQueueProvider();
        await using var deadAdmin = await provider.OpenAdminAsync(QueueUri.Parse(fauxqs.Uri(dead)), Stop);
        var arn = (await deadAdmin!.GetStatsAsync(Stop)).Details["QueueArn"];
        var name = await fauxqs.CreateAsync(attributes: new Dictionary<string, string>
        {
            ["RedrivePolicy"] = $$"""{"deadLetterTargetArn":"{{arn}}","maxReceiveCount":"5"}""",
        });
        await using var receiver = await provider.OpenReceiverAsync(QueueUri.Parse(fauxqs.Uri(name)), Stop);
        await using var plain = await provider.OpenReceiverAsync(QueueUri.Parse(fauxqs.Uri(dead)), Stop);

        await using var sender = await receiver.OpenDeadLetterSenderAsync(Stop);
        await SendAsync(sender!, Text("poison"));

        Assert.Equal(dead, sender!.Name);
        Assert.Equal("poison", TextOf(await ReceiveOneAsync(plain)));
        Assert.Null(await plain.OpenDeadLetterSenderAsync(Stop));
    }

    [Fact]
    public async Task Sizes_are_read_from_the_queue_and_kept()
    {
        fauxqs.Need();
        var uri = QueueUri.Parse(fauxqs.Uri(await fauxqs.CreateAsync(attributes: new Dictionary<string, string> { ["MaximumMessageSize"] = "2048" })));
        await using var sender = await new SqsQueueProvider().OpenSenderAsync(uri, Stop);

        var results = await sender.SendAsync([Text(new string('x', 2048)), Text(new string('x', 2049))], Stop);

        Assert.Equal(2048, sender.Limits.MaxMessageBytes);
        Assert.True(results[0].IsSent, results[0].Error);
        Assert.Contains("2049 bytes", results[1].Error, StringComparison.Ordinal);
        Assert.False(results[1].IsTransient);
    }

    [Fact]
    public async Task A_batch_of_more_than_a_mebibyte_is_sent_in_parts()
    {
        fauxqs.Need();
        var uri = QueueUri.Parse(fauxqs.Uri(await fauxqs.CreateAsync()));
        var provider = new SqsQueueProvider();
        await using var sender = await provider.OpenSenderAsync(uri, Stop);
        await using var receiver = await provider.OpenReceiverAsync(uri, Stop);

        await SendAsync(sender, [.. Enumerable.Range(0, 4).Select(i => Text(i + new string('x', 400_000)))]);
        var leased = await ReceiveAsync(receiver, 4);

        Assert.Equal(["0", "1", "2", "3"], leased.Select(m => TextOf(m)[..1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Several_receivers_drain_a_backlog_each_message_once()
    {
        fauxqs.Need();
        var uri = QueueUri.Parse(fauxqs.Uri(await fauxqs.CreateAsync()));
        var provider = new SqsQueueProvider();
        await using var sender = await provider.OpenSenderAsync(uri, Stop);
        await using var receiver = await provider.OpenReceiverAsync(uri, Stop);
        var bodies = Enumerable.Range(0, 500).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)).ToList();
        await SendAsync(sender, [.. bodies.Select(b => Text(b))]);

        var leased = await ReceiveAsync(receiver, bodies.Count);
        foreach (var batch in leased.Chunk(10))
        {
            Assert.Empty((await receiver.AcknowledgeAsync(batch, Stop)).Failures);
        }

        Assert.Equal(bodies.Order(StringComparer.Ordinal), leased.Select(TextOf).Order(StringComparer.Ordinal));
        Assert.All(leased, m => Assert.Equal(1, m.Message.Attempt));
    }

    [Fact]
    public async Task Peek_shows_all_and_leaves_them_purge_removes_them()
    {
        fauxqs.Need();
        var uri = QueueUri.Parse(fauxqs.Uri(await fauxqs.CreateAsync()));
        var provider = new SqsQueueProvider();
        await using var sender = await provider.OpenSenderAsync(uri, Stop);
        await using var admin = await provider.OpenAdminAsync(uri, Stop);
        Assert.False(await admin!.CreateAsync(Stop));
        await SendAsync(sender, [.. Enumerable.Range(0, 23).Select(i => Text($"m{i}"))]);

        var some = await admin.PeekAsync(5, Stop);
        var all = await admin.PeekAsync(100, Stop);
        var between = await admin.GetStatsAsync(Stop);
        Assert.Null(await admin.PurgeAsync(Stop));
        var after = await admin.GetStatsAsync(Stop);

        Assert.Equal(5, some.Count);
        Assert.Equal(23, all.Select(m => m.Text).Distinct().Count());
        Assert.Equal((23, 0), (between.Ready, between.InFlight));
        Assert.Equal((0, 0), (after.Ready, after.InFlight));
    }

    [Fact]
    public async Task A_queue_that_does_not_exist_is_said_with_what_to_do()
    {
        fauxqs.Need();
        var e = await Assert.ThrowsAsync<SqsException>(async () => await new SqsQueueProvider().OpenReceiverAsync(QueueUri.Parse(fauxqs.Uri("none")), Stop));

        Assert.Equal("QueueDoesNotExist", e.Code);
        Assert.False(e.IsTransient);
        Assert.Contains("eventide queue create", e.Message, StringComparison.Ordinal);
    }
}
