using Amazon.Runtime;
using Eventide.Tests;

namespace Eventide.Queues.Sqs.Tests;

/// <summary>What goes over the wire, against a stub.</summary>
public sealed class ProtocolTests : QueueTest
{
    [Fact]
    public async Task Calls_are_signed_for_the_region_with_the_credentials_given()
    {
        await using var stub = await StubSqs.StartAsync();
        var options = new SqsQueueOptions { Credentials = new SessionAWSCredentials("AKIDEXAMPLE", "secret", "token") };
        await using var receiver = await stub.OpenReceiverAsync(options: "&region=eu-central-1&account=123456789012", with: options);

        var call = Assert.Single(stub.CallsOf("GetQueueUrl"));

        Assert.Equal("123456789012", call.Text("QueueOwnerAWSAccountId"));
        Assert.Equal("application/x-amz-json-1.0", call.Headers["Content-Type"]);
        Assert.Equal("token", call.Headers["X-Amz-Security-Token"]);
        Assert.StartsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/", call.Headers["Authorization"], StringComparison.Ordinal);
        Assert.Contains("/eu-central-1/sqs/aws4_request", call.Headers["Authorization"], StringComparison.Ordinal);
        Assert.Contains("eventide/", call.Headers["User-Agent"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_fifo_receive_that_is_tried_again_carries_the_same_attempt_id()
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("ReceiveMessage", c => c.Number == 1 ? c.CutAsync() : c.AnswerAsync("{}"));
        await using var fifo = await stub.OpenReceiverAsync(name: "q.fifo");
        await fifo.ReceiveAsync(new ReceiveRequest(10, TimeSpan.Zero, Lease), Stop);
        await fifo.ReceiveAsync(new ReceiveRequest(10, TimeSpan.Zero, Lease), Stop);

        var ids = stub.CallsOf("ReceiveMessage").ConvertAll(c => c.Text("ReceiveRequestAttemptId"));

        Assert.Equal(3, ids.Count);
        Assert.NotNull(ids[0]);
        Assert.Equal(ids[0], ids[1]);
        Assert.NotEqual(ids[1], ids[2]);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("&lanes=true", "tenant-1")]
    public async Task A_standard_queues_group_id_is_for_fairness_unless_told_otherwise(string options, string? group)
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("SendMessageBatch", c => c.AnswerSentAsync());
        stub.On("ReceiveMessage", c => c.AnswerAsync(
            """{"Messages":[{"MessageId":"1","ReceiptHandle":"h","Body":"x","Attributes":{"MessageGroupId":"tenant-1"}}]}"""));
        await using var sender = await stub.OpenSenderAsync(options: options);
        await using var receiver = await stub.OpenReceiverAsync(options: options);

        await SendAsync(sender, Text("x", "tenant-1"));
        var leased = await ReceiveOneAsync(receiver);
        await SendAsync(sender, new OutgoingMessage("again") { Attributes = leased.Message.Attributes, Group = leased.Message.Group });

        Assert.Equal(group, leased.Message.Group);
        Assert.Equal(group is null, leased.Message.Attributes.ContainsKey("MessageGroupId"));
        Assert.All(stub.CallsOf("SendMessageBatch"), c => Assert.Equal("tenant-1", Assert.Single(c.Entries).GetProperty("MessageGroupId").GetString()));
        Assert.All(stub.CallsOf("SendMessageBatch"), c => Assert.False(Assert.Single(c.Entries).TryGetProperty("MessageAttributes", out _)));
    }

    [Fact]
    public async Task The_xray_header_goes_both_ways_as_a_system_attribute()
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("SendMessageBatch", c => c.AnswerSentAsync());
        stub.On("ReceiveMessage", c => c.AnswerAsync(
            """{"Messages":[{"MessageId":"1","ReceiptHandle":"h","Body":"x","Attributes":{"AWSTraceHeader":"Root=1-2-3"}}]}"""));
        await using var sender = await stub.OpenSenderAsync();
        await using var receiver = await stub.OpenReceiverAsync();

        var leased = await ReceiveOneAsync(receiver);
        await SendAsync(sender, new OutgoingMessage("x") { Attributes = leased.Message.Attributes });

        Assert.Equal("Root=1-2-3", leased.Message.Attributes["AWSTraceHeader"]);
        var sent = Assert.Single(Assert.Single(stub.CallsOf("SendMessageBatch")).Entries);
        Assert.Equal("Root=1-2-3", sent.GetProperty("MessageSystemAttributes").GetProperty("AWSTraceHeader").GetProperty("StringValue").GetString());
        Assert.False(sent.TryGetProperty("MessageAttributes", out _));
    }

    [Fact]
    public async Task Deduplication_ids_are_made_up_unless_the_queue_makes_them_from_the_content()
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("SendMessageBatch", c => c.AnswerSentAsync());
        await using var made = await stub.OpenSenderAsync("made.fifo");
        stub.On("GetQueueAttributes", c => c.AnswerAsync("""{"Attributes":{"FifoQueue":"true","ContentBasedDeduplication":"true"}}"""));
        await using var content = await stub.OpenSenderAsync("content.fifo");
        await using var standard = await stub.OpenSenderAsync("standard");
        var long1 = Text("x") with { DeduplicationId = new string('ä', 200) };

        await SendAsync(made, Text("x"), Text("x"), Text("x") with { DeduplicationId = "d" }, long1, long1);
        await SendAsync(content, Text("x"));

        var ids = stub.CallsOf("SendMessageBatch")[0].Entries.Select(e => e.GetProperty("MessageDeduplicationId").GetString()).ToList();
        Assert.NotEqual(ids[0], ids[1]);
        Assert.Equal("d", ids[2]);
        Assert.Equal(ids[3], ids[4]);
        Assert.Equal(64, ids[3]!.Length);
        Assert.False(Assert.Single(stub.CallsOf("SendMessageBatch")[1].Entries).TryGetProperty("MessageDeduplicationId", out _));
    }

    [Fact]
    public async Task A_delay_and_a_lease_go_in_whole_seconds_rounded_up_and_no_further_than_sqs_allows()
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("SendMessageBatch", c => c.AnswerSentAsync());
        stub.On("ReceiveMessage", c => c.AnswerAsync(StubSqs.Messages(StubSqs.Message("a"))));
        var time = new FakeTime();
        await using var sender = await stub.OpenSenderAsync();
        await using var receiver = await stub.OpenReceiverAsync(time);

        await SendAsync(sender, Text("a") with { Delay = TimeSpan.FromSeconds(0.1) });
        var tooLong = await sender.SendAsync([Text("a") with { Delay = TimeSpan.FromMinutes(16) }], Stop);
        var leased = Assert.Single((await receiver.ReceiveAsync(new ReceiveRequest(1, TimeSpan.Zero, TimeSpan.FromSeconds(2.5)), Stop)).Messages);
        time.Advance(TimeSpan.FromSeconds(100));
        await receiver.ExtendAsync([leased], TimeSpan.FromHours(12), Stop);
        await receiver.ReleaseAsync([new Release(leased, TimeSpan.FromMilliseconds(1))], Stop);

        Assert.Equal(1, Assert.Single(stub.CallsOf("SendMessageBatch")[0].Entries).GetProperty("DelaySeconds").GetInt32());
        Assert.Contains("15 minutes", tooLong[0].Error, StringComparison.Ordinal);
        Assert.Equal(3, stub.CallsOf("ReceiveMessage")[0].Body.GetProperty("VisibilityTimeout").GetInt32());
        Assert.Equal(
            [43_200 - 101, 1],
            stub.CallsOf("ChangeMessageVisibilityBatch").Select(c => Assert.Single(c.Entries).GetProperty("VisibilityTimeout").GetInt32()));
    }

    [Fact]
    public async Task Someone_elses_attributes_of_our_names_are_left_alone()
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("ReceiveMessage", c => c.AnswerAsync(
            """
            {"Messages":[{"MessageId":"1","ReceiptHandle":"h","Body":"~ not base64","MessageAttributes":{
            "eventide-encoding":{"DataType":"String","StringValue":"base64"},"eventide-attributes":{"DataType":"String","StringValue":"[1]"}}}]}
            """));
        await using var receiver = await stub.OpenReceiverAsync();

        var leased = await ReceiveOneAsync(receiver);

        Assert.Equal("~ not base64", TextOf(leased));
        Assert.Equal("base64", leased.Message.Attributes["eventide-encoding"]);
        Assert.Equal("[1]", leased.Message.Attributes["eventide-attributes"]);
    }

    [Fact]
    public async Task The_dead_letter_queue_is_found_beside_its_source_without_asking()
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("SendMessageBatch", c => c.AnswerSentAsync());
        stub.On("GetQueueAttributes", c => c.AnswerAsync(
            """{"Attributes":{"RedrivePolicy":"{\"deadLetterTargetArn\":\"arn:aws:sqs:us-east-1:42:dead\",\"maxReceiveCount\":3}"}}"""));
        await using var receiver = await stub.OpenReceiverAsync();

        await using var sender = await receiver.OpenDeadLetterSenderAsync(Stop);
        await SendAsync(sender!, Text("x"));

        Assert.Single(stub.CallsOf("GetQueueUrl"));
        Assert.Equal($"{stub.Endpoint}/42/dead", Assert.Single(stub.CallsOf("SendMessageBatch")).Text("QueueUrl"));
    }
}
