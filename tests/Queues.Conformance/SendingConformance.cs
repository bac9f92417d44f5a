using System.Text;

namespace Eventide.Queues.Conformance;

/// <summary>What goes in comes out: batches, order, bodies, attributes, delays, deduplication. Derive from it with your harness.</summary>
/// <typeparam name="THarness">The harness of the kind of queue under test.</typeparam>
public abstract class SendingConformance<THarness> : QueueConformance<THarness>
    where THarness : QueueHarness, new()
{
    [Fact]
    public async Task A_message_comes_as_it_was_sent()
    {
        await SendAsync(Numbered(7));
        var receiver = await OpenReceiverAsync();

        var message = (await ReceiveOneAsync(receiver)).Message;

        Assert.Equal(Harness.Body(7), message.Body.ToArray());
        Assert.NotEmpty(message.Id);
        Assert.Equal(receiver.Name, message.Queue);
        Assert.Equal(1, message.Attempt);
        if (message.EnqueuedAt is { } enqueuedAt)
        {
            Assert.InRange(enqueuedAt, Harness.Time.GetUtcNow() - TimeSpan.FromHours(1), Harness.Time.GetUtcNow() + TimeSpan.FromHours(1));
        }
    }

    [Fact]
    public async Task Batches_come_whole_each_message_once()
    {
        var count = Math.Min((await LimitsAsync()).MaxSendBatch * 5 / 2, 250);
        await SendAsync(Numbered(0, count));
        var receiver = await OpenReceiverAsync();

        var messages = await ReceiveAsync(receiver, count);

        AssertNumbers(Enumerable.Range(0, count), messages);
        Assert.Equal(count, messages.Select(m => m.Message.Id).Distinct(StringComparer.Ordinal).Count());
        await AcknowledgeAsync(receiver, messages);
        await AssertNothingComesAsync(receiver);
    }

    [Fact]
    public async Task Confirmed_ids_are_those_received()
    {
        await using var sender = await Harness.OpenSenderAsync();
        var results = await sender.SendAsync([Harness.Prepare(Numbered(0))], Bound);
        Requires(results[0].Id is not null, "The queue tells no ids of what was sent.");

        Assert.Equal(results[0].Id, (await ReceiveOneAsync(await OpenReceiverAsync())).Message.Id);
    }

    [Fact]
    public async Task A_receive_brings_no_more_than_asked()
    {
        await SendAsync(Numbered(0, 7));
        var receiver = await OpenReceiverAsync();
        var messages = new List<LeasedMessage>();

        // ReceiveAsync checks every batch against what it asked for.
        while (messages.Count < 7)
        {
            messages.AddRange(await ReceiveAsync(receiver, Math.Min(2, 7 - messages.Count)));
        }

        AssertNumbers(Enumerable.Range(0, 7), messages);
    }

    [Fact]
    public async Task All_come_in_the_order_sent()
    {
        Requires((await LimitsAsync()).Ordering == QueueOrdering.Total, "The queue promises no order over all messages.");
        await SendAsync(Numbered(0, 100));

        var messages = await ReceiveAsync(await OpenReceiverAsync(), 100);

        Assert.Equal(Enumerable.Range(0, 100).Select(n => Encoding.UTF8.GetString(Harness.Body(n))), messages.Select(m => m.Message.Text), StringComparer.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(8 * 1024)]
    [InlineData(65_537)]
    [InlineData(int.MaxValue)]
    public async Task Bodies_of_any_length_come_unchanged(int length)
    {
        length = Math.Min(length, Harness.LargestBody);
        var body = new byte[length];
        for (var i = 0; i < length; i++)
        {
            body[i] = (byte)('a' + (i * 31 + i / 7) % 26);
        }

        await SendAsync(new OutgoingMessage(body));

        Assert.Equal(body, (await ReceiveOneAsync(await OpenReceiverAsync())).Message.Body.ToArray());
    }

    [Theory]
    [InlineData("""{"name":"Zoë 東京 🚀","escaped":"\u00e9\n\"\\","lone":"\ud800"}""")]
    [InlineData("plain text, not JSON")]
    [InlineData("several\nlines\r\nof text\n")]
    [InlineData("<xml attribute=\"&amp;\">'quotes'</xml>")]
    [InlineData(" \t ")]
    [InlineData("ünïcödé ‮ \U0001F468‍\U0001F469‍\U0001F467 \u00ad")]
    [InlineData("\"a JSON string\"")]
    [InlineData("1e400")]
    [InlineData("null")]
    public async Task Texts_come_unchanged(string text)
    {
        await SendAsync(new OutgoingMessage(text));

        Assert.Equal(text, (await ReceiveOneAsync(await OpenReceiverAsync())).Message.Text);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_come_unchanged()
    {
        Requires(Harness.CarriesBinary, "The queue carries text only.");
        byte[] all = [.. Enumerable.Range(0, 256).Select(b => (byte)b)];
        byte[] broken = [.. "{\"broken\":\""u8, 0xFF, 0xC3, 0x28, .. "\"}"u8];
        await SendAsync(new OutgoingMessage(all), new OutgoingMessage(broken));

        var bodies = (await ReceiveAsync(await OpenReceiverAsync(), 2)).Select(m => Convert.ToHexString(m.Message.Body.Span));

        Assert.Equal(new[] { Convert.ToHexString(all), Convert.ToHexString(broken) }.Order(StringComparer.Ordinal), bodies.Order(StringComparer.Ordinal), StringComparer.Ordinal);
    }

    [Fact]
    public async Task Attributes_come_unchanged()
    {
        Requires(Harness.CarriesAttributes, "The queue carries no attributes.");
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["plain"] = "value",
            ["Plain"] = "names differ by case",
            ["with-dash_and.dot"] = "1",
            ["unicode"] = "Zoë 東京 🚀",
            ["quotes"] = "\"'\\ {}[] = & ; ,",
            ["lines"] = "one\ntwo",
        };
        await SendAsync(new OutgoingMessage(Harness.Body(1)) { Attributes = attributes }, Numbered(2));

        var messages = await ReceiveAsync(await OpenReceiverAsync(), 2);

        var with = messages.Single(m => m.Message.Text == Encoding.UTF8.GetString(Harness.Body(1)));
        Assert.Equal(Sorted(attributes), Sorted(with.Message.Attributes));
        var without = messages.Single(m => m.Message.Text == Encoding.UTF8.GetString(Harness.Body(2)));
        Assert.False(without.Message.Attributes.ContainsKey("plain"), "Attributes of one message came with another.");
    }

    [Fact]
    public async Task Trace_context_comes_unchanged()
    {
        Requires(Harness.CarriesAttributes, "The queue carries no attributes.");
        const string TraceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        await SendAsync(Numbered(1) with
        {
            Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["traceparent"] = TraceParent, ["tracestate"] = "vendor=a1,other=b2" },
        });

        var message = (await ReceiveOneAsync(await OpenReceiverAsync())).Message;

        Assert.Equal(TraceParent, message.Attributes["traceparent"]);
        Assert.Equal("vendor=a1,other=b2", message.Attributes["tracestate"]);
    }

    [Fact]
    public async Task Dead_letter_headers_come_unchanged()
    {
        Requires(Harness.CarriesAttributes, "The queue carries no attributes.");
        Dictionary<string, string> headers = new(StringComparer.Ordinal)
        {
            ["eventide-handler"] = "OrderHandler",
            ["eventide-exception"] = "System.InvalidOperationException",
            ["eventide-reason"] = "Order 12 is not paid: expected 'paid', found 'open' (line 1)",
            ["eventide-stack"] = "9f86d081884c7d65",
            ["eventide-attempts"] = "4",
            ["eventide-first-failure"] = "2026-11-02T09:00:00.0000000+00:00",
            ["eventide-last-failure"] = "2026-11-02T09:01:00.0000000+00:00",
            ["eventide-source"] = "orders",
        };
        headers = headers.Take((await LimitsAsync()).MaxAttributes ?? headers.Count).ToDictionary(StringComparer.Ordinal);
        await SendAsync(new OutgoingMessage("poison") { Attributes = headers });

        var message = (await ReceiveOneAsync(await OpenReceiverAsync())).Message;

        Assert.Equal("poison", message.Text);
        Assert.Equal(Sorted(headers), Sorted(message.Attributes.Where(a => headers.ContainsKey(a.Key))));
    }

    [Fact]
    public async Task Groups_come_unchanged()
    {
        Requires(Harness.CarriesGroups, "The queue carries no groups.");
        await SendAsync(Numbered(1, "customer-17"));

        Assert.Equal("customer-17", (await ReceiveOneAsync(await OpenReceiverAsync())).Message.Group);
    }

    [Fact]
    public async Task A_delayed_message_comes_when_due_and_not_before()
    {
        var limits = await LimitsAsync();
        Requires(limits.MaxSendDelay >= Harness.ShortDelay && Harness.IsLive, "The queue holds back no message that is sent.");
        var receiver = await OpenReceiverAsync();
        var sent = Harness.Time.GetTimestamp();
        await SendAsync(Numbered(1) with { Delay = Harness.ShortDelay }, Numbered(2));

        var first = await ReceiveOneAsync(receiver);
        var early = await TryReceiveAsync(receiver);
        if (Harness.Time.GetElapsedTime(sent) < Harness.ShortDelay)
        {
            AssertNumber(2, first);
            Assert.Empty(early);
        }

        await Harness.PassTimeAsync(Harness.ShortDelay + Harness.TimeTolerance);
        LeasedMessage[] both = [first, .. early.Count > 0 ? early : [await ReceiveOneAsync(receiver)]];
        AssertNumbers([1, 2], both);
        Assert.All(both, m => Assert.Equal(1, m.Message.Attempt));
    }

    [Fact]
    public async Task Of_two_messages_with_one_deduplication_id_one_comes()
    {
        Requires((await LimitsAsync()).Deduplicates, "The queue does not deduplicate.");
        var sender = await OpenSenderAsync();
        await SendAsync(sender, Numbered(1, "g") with { DeduplicationId = "same" }, Numbered(2, "h") with { DeduplicationId = "other" });
        await SendAsync(sender, Numbered(1, "g") with { DeduplicationId = "same" });
        var receiver = await OpenReceiverAsync();

        var messages = await ReceiveAsync(receiver, 2);

        AssertNumbers([1, 2], messages);
        await AcknowledgeAsync(receiver, messages);
        await SendAsync(sender, Numbered(1, "g") with { DeduplicationId = "same" });
        await AssertNothingComesAsync(receiver);
    }

    [Fact]
    public async Task A_message_too_large_is_refused_and_its_neighbours_are_not_lost()
    {
        var sender = await OpenSenderAsync();
        Requires(sender.Limits.MaxMessageBytes is < 16 * 1024 * 1024, "The queue takes messages of any length that a test can try.");
        var tooLarge = new OutgoingMessage(Encoding.ASCII.GetBytes(new string('x', (int)sender.Limits.MaxMessageBytes!.Value + 1)));

        SendResult refused;
        try
        {
            refused = (await sender.SendAsync([Harness.Prepare(tooLarge)], Bound))[0];
        }
        catch (QueueException e) when (!e.IsTransient)
        {
            // The whole call may be refused too, as long as it says that trying again is of no use.
            refused = new SendResult(null, e.Message);
        }

        Assert.False(refused.IsSent);
        Assert.False(refused.IsTransient, "A message that is too large stays so: it must not be tried again.");
        await SendAsync(sender, Numbered(1));
        AssertNumber(1, await ReceiveOneAsync(await OpenReceiverAsync()));
    }

    private static List<KeyValuePair<string, string>> Sorted(IEnumerable<KeyValuePair<string, string>> attributes) =>
        [.. attributes.OrderBy(a => a.Key, StringComparer.Ordinal)];
}
