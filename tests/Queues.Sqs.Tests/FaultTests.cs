using System.Globalization;
using System.Net;
using Eventide.Tests;

namespace Eventide.Queues.Sqs.Tests;

/// <summary>What goes wrong between SQS and the provider, against a stub.</summary>
public sealed class FaultTests : QueueTest
{
    private static readonly ReceiveRequest AtOnce = new(10, TimeSpan.Zero, TimeSpan.FromSeconds(30));

    [Theory]
    [InlineData("RequestThrottled", 400)]
    [InlineData("ThrottlingException", 400)]
    [InlineData("InternalError", 500)]
    [InlineData("ServiceUnavailable", 503)]
    public async Task A_passing_error_is_tried_again(string code, int status)
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("ReceiveMessage", c => c.Number < 3 ? c.FailAsync(code, status: status) : c.AnswerAsync(StubSqs.Messages(StubSqs.Message("a"))));
        await using var receiver = await stub.OpenReceiverAsync();

        var leased = Assert.Single((await receiver.ReceiveAsync(AtOnce, Stop)).Messages);

        Assert.Equal("a", TextOf(leased));
        Assert.Equal(3, stub.CallsOf("ReceiveMessage").Count);
    }

    [Fact]
    public async Task An_error_that_stays_is_transient_after_the_tries_allowed()
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("ReceiveMessage", c => c.FailAsync("RequestThrottled"));
        await using var receiver = await stub.OpenReceiverAsync(with: new SqsQueueOptions { MaxRetries = 1 });

        var e = await Assert.ThrowsAsync<SqsException>(async () => await receiver.ReceiveAsync(AtOnce, Stop));

        Assert.True(e.IsTransient);
        Assert.Equal(("RequestThrottled", "ReceiveMessage", HttpStatusCode.BadRequest), (e.Code, e.Action, e.StatusCode));
        Assert.Equal(2, stub.CallsOf("ReceiveMessage").Count);
    }

    [Fact]
    public async Task A_page_of_a_proxy_instead_of_an_answer_is_told_by_its_status()
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("ReceiveMessage", c => c.AnswerAsync("<html>Bad gateway</html>", 502));
        await using var receiver = await stub.OpenReceiverAsync(with: new SqsQueueOptions { MaxRetries = 0 });

        var e = await Assert.ThrowsAsync<SqsException>(async () => await receiver.ReceiveAsync(AtOnce, Stop));

        Assert.True(e.IsTransient);
        Assert.Contains("502", e.Message, StringComparison.Ordinal);
        Assert.Contains("Bad gateway", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[1,2]")]
    [InlineData("not json")]
    [InlineData("""{"Messages":[{"Body":"no handle"}]}""")]
    public async Task An_answer_of_another_shape_is_an_error_not_an_empty_queue(string answer)
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("ReceiveMessage", c => c.AnswerAsync(answer));
        await using var receiver = await stub.OpenReceiverAsync();

        var e = await Assert.ThrowsAsync<SqsException>(async () => await receiver.ReceiveAsync(AtOnce, Stop));

        Assert.Equal("MalformedResponse", e.Code);
    }

    [Fact]
    public async Task A_cut_connection_is_opened_again()
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("ReceiveMessage", c => c.Number == 1 ? c.CutAsync() : c.AnswerAsync(StubSqs.Messages(StubSqs.Message("a"))));
        await using var receiver = await stub.OpenReceiverAsync();

        Assert.Equal("a", TextOf(Assert.Single((await receiver.ReceiveAsync(AtOnce, Stop)).Messages)));
    }

    [Fact]
    public async Task A_body_that_is_cut_short_is_asked_for_again()
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("ReceiveMessage", async c =>
        {
            if (c.Number > 1)
            {
                await c.AnswerAsync(StubSqs.Messages(StubSqs.Message("a")));
                return;
            }

            c.Context.Response.ContentLength = 1000;
            await c.Context.Response.Body.WriteAsync("{\"Messages\":["u8.ToArray());
            await c.Context.Response.Body.FlushAsync();
            await c.CutAsync();
        });
        await using var receiver = await stub.OpenReceiverAsync();

        Assert.Equal("a", TextOf(Assert.Single((await receiver.ReceiveAsync(AtOnce, Stop)).Messages)));
    }

    [Fact]
    public async Task A_body_that_does_not_end_is_given_up_after_the_request_timeout()
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("GetQueueAttributes", async c =>
        {
            if (c.Number > 1)
            {
                await c.AnswerAsync("""{"Attributes":{"MaximumMessageSize":"4096"}}""");
                return;
            }

            c.Context.Response.ContentLength = 1000;
            await c.Context.Response.Body.WriteAsync("{\"Attributes\":"u8.ToArray());
            await c.Context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, c.Context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });

        await using var receiver = await stub.OpenReceiverAsync(with: new SqsQueueOptions { RequestTimeout = TimeSpan.FromSeconds(1) });

        Assert.Equal(4096, receiver.Limits.MaxMessageBytes);
        Assert.Equal(2, stub.CallsOf("GetQueueAttributes").Count);
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_transient_and_says_what_to_check()
    {
        var stub = await StubSqs.StartAsync();
        var receiver = await stub.OpenReceiverAsync(with: new SqsQueueOptions { MaxRetries = 0 });
        await stub.DisposeAsync();

        var e = await Assert.ThrowsAsync<SqsException>(async () => await receiver.ReceiveAsync(AtOnce, Stop));
        await receiver.DisposeAsync();

        Assert.True(e.IsTransient);
        Assert.Contains("check the endpoint", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_is_wrong_is_corrected_by_the_servers()
    {
        await using var stub = await StubSqs.StartAsync();
        var ahead = TimeSpan.FromHours(3);
        stub.On("ReceiveMessage", c =>
        {
            var signed = DateTime.ParseExact(c.Headers["X-Amz-Date"], "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal);
            var now = DateTime.UtcNow + ahead;
            c.Context.Response.Headers.Date = now.ToString("R", CultureInfo.InvariantCulture);
            return (now - signed).Duration() > TimeSpan.FromMinutes(5)
                ? c.FailAsync("RequestTimeTooSkewed", $"Signature expired: {c.Headers["X-Amz-Date"]} is now earlier than {now:yyyyMMdd'T'HHmmss'Z'}", 403)
                : c.AnswerAsync(StubSqs.Messages(StubSqs.Message("a")));
        });
        await using var receiver = await stub.OpenReceiverAsync();

        Assert.Equal("a", TextOf(Assert.Single((await receiver.ReceiveAsync(AtOnce, Stop)).Messages)));
        Assert.Equal(2, stub.CallsOf("ReceiveMessage").Count);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"Messages":null}""")]
    [InlineData("""{"Messages":[]}""")]
    [InlineData("")]
    public async Task An_empty_queue_may_leave_the_messages_out(string answer)
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("ReceiveMessage", c => c.AnswerAsync(answer));
        await using var receiver = await stub.OpenReceiverAsync();

        Assert.Empty((await receiver.ReceiveAsync(AtOnce, Stop)).Messages);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 3)]
    [InlineData(20, 60)]
    public async Task A_damaged_message_is_put_back_and_not_delivered(int deliveries, int seconds)
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("ReceiveMessage", c => c.AnswerAsync(
            StubSqs.Messages(StubSqs.Message("bad", deliveries, StubSqs.Md5("other")), StubSqs.Message("good"))));
        await using var receiver = await stub.OpenReceiverAsync();

        var leased = Assert.Single((await receiver.ReceiveAsync(AtOnce, Stop)).Messages);
        await Eventually.IsTrue(() => stub.CallsOf("ChangeMessageVisibilityBatch").Count == 1);

        Assert.Equal("good", TextOf(leased));
        var entry = Assert.Single(stub.CallsOf("ChangeMessageVisibilityBatch")[0].Entries);
        Assert.Equal(("handle-bad", seconds), (entry.GetProperty("ReceiptHandle").GetString(), entry.GetProperty("VisibilityTimeout").GetInt32()));
    }

    [Fact]
    public async Task Damaged_attributes_are_noticed()
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("ReceiveMessage", c => c.AnswerAsync(StubSqs.Messages(StubSqs.Message(
            "a", extra: ""","MD5OfMessageAttributes":"00000000000000000000000000000000","MessageAttributes":{"k":{"DataType":"String","StringValue":"v"}}"""))));
        await using var receiver = await stub.OpenReceiverAsync();

        Assert.Empty((await receiver.ReceiveAsync(AtOnce, Stop)).Messages);
        await Eventually.IsTrue(() => stub.CallsOf("ChangeMessageVisibilityBatch").Count == 1);
    }

    [Fact]
    public async Task A_message_that_sqs_took_damaged_counts_as_not_sent()
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("SendMessageBatch", c => c.AnswerAsync(
            $$"""{"Successful":[{"Id":"0","MessageId":"m0","MD5OfMessageBody":"{{StubSqs.Md5("a")}}"},{"Id":"1","MessageId":"m1","MD5OfMessageBody":"{{StubSqs.Md5("x")}}"}]}"""));
        await using var sender = await stub.OpenSenderAsync();

        var results = await sender.SendAsync([Text("a"), Text("b")], Stop);

        Assert.Equal("m0", results[0].Id);
        Assert.Contains("MD5", results[1].Error, StringComparison.Ordinal);
        Assert.True(results[1].IsTransient);
    }

    [Fact]
    public async Task Entries_that_fail_are_told_one_by_one()
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("ReceiveMessage", c => c.AnswerAsync(StubSqs.Messages(Enumerable.Range(0, 6).Select(i => StubSqs.Message($"m{i}")))));
        stub.On("DeleteMessageBatch", c => c.AnswerAsync(
            """
            {"Successful":[{"Id":"0"}],"Failed":[
            {"Id":"1","SenderFault":true,"Code":"ReceiptHandleIsInvalid","Message":"no such handle"},
            {"Id":"2","SenderFault":true,"Code":"InvalidParameterValue","Message":"Reason: The receipt handle has expired."},
            {"Id":"3","SenderFault":false,"Code":"InternalError","Message":"try again"},
            {"Id":"4","SenderFault":true,"Code":"AccessDenied","Message":"no"}]}
            """));
        await using var receiver = await stub.OpenReceiverAsync();
        var leased = (await receiver.ReceiveAsync(AtOnce, Stop)).Messages;

        var failures = (await receiver.AcknowledgeAsync(leased, Stop)).Failures;

        Assert.Equal(
            [
                (1, SettleFailureKind.LeaseLost), (2, SettleFailureKind.LeaseLost), (3, SettleFailureKind.Transient),
                (4, SettleFailureKind.Permanent), (5, SettleFailureKind.Transient),
            ],
            failures.Select(f => (f.Index, f.Kind)));
        Assert.Contains("no such handle", failures[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_that_are_not_sent_are_told_one_by_one()
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("SendMessageBatch", c => c.AnswerAsync(
            $$"""
            {"Successful":[{"Id":"2","MessageId":"m2","MD5OfMessageBody":"{{StubSqs.Md5("c")}}"}],"Failed":[
            {"Id":"0","SenderFault":false,"Code":"InternalError","Message":"try again"},
            {"Id":"1","SenderFault":true,"Code":"InvalidMessageContents","Message":"no"}]}
            """));
        await using var sender = await stub.OpenSenderAsync();

        var results = await sender.SendAsync([Text("a"), Text("b"), Text("c"), Text("d")], Stop);

        Assert.Equal([false, false, true, false], results.Select(r => r.IsSent));
        Assert.Equal([true, false, false, true], results.Select(r => r.IsTransient));
        Assert.Contains("encoding=", results[1].Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_follows_a_part_that_failed_is_not_sent_out_of_order()
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("SendMessageBatch", c => c.Number == 2 ? c.FailAsync("InvalidAddress") : c.AnswerSentAsync());
        await using var sender = await stub.OpenSenderAsync();
        var half = new string('x', 600_000);

        var results = await sender.SendAsync([Text(half), Text(half), Text(half)], Stop);

        Assert.Equal([true, false, false], results.Select(r => r.IsSent));
        Assert.Equal(2, stub.CallsOf("SendMessageBatch").Count);
    }

    [Theory]
    [InlineData("AccessDenied", 403, false, "sqs:ReceiveMessage")]
    [InlineData("InvalidClientTokenId", 403, false, "AWS_ACCESS_KEY_ID")]
    [InlineData("ExpiredToken", 403, true, "renew")]
    [InlineData("SignatureDoesNotMatch", 403, false, "secret key")]
    [InlineData("OverLimit", 400, true, "in flight")]
    [InlineData("AWS.SimpleQueueService.NonExistentQueue", 400, false, "eventide queue create")]
    [InlineData("KmsAccessDenied", 400, false, "KMS key")]
    [InlineData("SomethingNew", 400, false, "because")]
    public async Task Errors_say_what_to_do(string code, int status, bool isTransient, string advice)
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("ReceiveMessage", c => c.FailAsync(code, status: status));
        await using var receiver = await stub.OpenReceiverAsync(with: new SqsQueueOptions { MaxRetries = 0 });

        var e = await Assert.ThrowsAsync<SqsException>(async () => await receiver.ReceiveAsync(AtOnce, Stop));

        Assert.Equal(isTransient, e.IsTransient);
        Assert.Contains(advice, e.Message, StringComparison.Ordinal);
        Assert.StartsWith("q: ReceiveMessage failed with", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_role_that_may_not_read_the_attributes_gets_sqs_defaults()
    {
        await using var stub = await StubSqs.StartAsync();
        stub.On("GetQueueAttributes", c => c.FailAsync("AccessDenied", status: 403));

        await using var receiver = await stub.OpenReceiverAsync(name: "q.fifo");

        Assert.Equal(QueueOrdering.PerGroup, receiver.Limits.Ordering);
        Assert.Equal(1_048_576, receiver.Limits.MaxMessageBytes);
        Assert.Null(await receiver.OpenDeadLetterSenderAsync(Stop));
    }
}
