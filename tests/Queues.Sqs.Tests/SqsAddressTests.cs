namespace Eventide.Queues.Sqs.Tests;

public sealed class SqsAddressTests
{
    [Theory]
    [InlineData("https://sqs.eu-west-1.amazonaws.com/123456789012/orders", "eu-west-1", "https://sqs.eu-west-1.amazonaws.com/")]
    [InlineData("https://sqs.cn-north-1.amazonaws.com.cn/123456789012/orders", "cn-north-1", "https://sqs.cn-north-1.amazonaws.com.cn/")]
    [InlineData("https://eu-west-1.queue.amazonaws.com/123456789012/orders", "eu-west-1", "https://eu-west-1.queue.amazonaws.com/")]
    [InlineData("https://vpce-1-2.sqs.us-east-2.vpce.amazonaws.com/123456789012/orders", "us-east-2", "https://vpce-1-2.sqs.us-east-2.vpce.amazonaws.com/")]
    [InlineData("http://sqs.us-east-1.localhost:4566/123456789012/orders", "us-east-1", "http://sqs.us-east-1.localhost:4566/")]
    public void A_queues_url_names_all(string text, string region, string endpoint)
    {
        var uri = QueueUri.Parse(text);
        Assert.True(new SqsQueueProvider().Handles(uri));

        var address = SqsAddress.Parse(uri, new SqsQueueOptions());

        Assert.Equal(("orders", "123456789012", region, text), (address.Name, address.Account, address.Region, address.Url));
        Assert.Equal(endpoint, address.Endpoint!.AbsoluteUri);
    }

    [Fact]
    public void The_short_forms_leave_the_rest_to_the_chain()
    {
        var options = new SqsQueueOptions { Region = "eu-west-1" };

        var name = SqsAddress.Parse(QueueUri.Parse("sqs:orders.fifo"), options);
        var full = SqsAddress.Parse(QueueUri.Parse("sqs://us-west-2/123456789012/orders?endpoint=http%3A%2F%2F127.0.0.1%3A4566"), options);

        Assert.Equal(("orders.fifo", "eu-west-1", null, null), (name.Name, name.Region, name.Url, name.Endpoint));
        Assert.Equal(("orders", "us-west-2", "123456789012", "http://127.0.0.1:4566/"), (full.Name, full.Region, full.Account, full.Endpoint?.AbsoluteUri));
        Assert.True(full.IsEmulator);
        Assert.False(full.IsAws);
        Assert.True(name.IsAws);
    }

    [Fact]
    public void The_uris_options_win_over_those_in_code()
    {
        var options = new SqsQueueOptions { MaxReceivers = 2 };

        SqsAddress.Parse(QueueUri.Parse("sqs:q?receivers=5&minReceivers=2&longPoll=20&lanes=true&defaultGroup=g&encoding=base64&region=r&profile=p"), options);

        Assert.Equal((5, 2, TimeSpan.FromSeconds(20), true, "g", SqsBodyEncoding.Base64, "r", "p"),
            (options.MaxReceivers, options.MinReceivers, options.LongPoll, options.StandardGroupsAreLanes, options.DefaultGroup, options.BodyEncoding, options.Region, options.Profile));
    }

    [Theory]
    [InlineData("sqs:", "'' in sqs:")]
    [InlineData("sqs:my queue", "not the name of an SQS queue")]
    [InlineData("sqs://eu-west-1/orders", "sqs://<region>/<account>/<name>")]
    [InlineData("https://sqs.eu-west-1.amazonaws.com/orders", "names no SQS queue")]
    [InlineData("sqs:q?colour=red", "they know region")]
    [InlineData("sqs:q?longPoll=21", "expected 1 s to 20 s")]
    [InlineData("sqs:q?longPoll=soon", "expected a whole number")]
    [InlineData("sqs:q?receivers=0", "expected 1 to 64")]
    [InlineData("sqs:q?encoding=utf7", "expected auto, text, bmp or base64")]
    [InlineData("sqs:q?endpoint=ftp://x", "expected an address")]
    [InlineData("sqs:q?defaultGroup=a%20b", "DefaultGroup is 'a b'")]
    public void What_is_wrong_is_said_with_what_was_expected(string text, string expected)
    {
        var e = Assert.Throws<FormatException>(() => SqsAddress.Parse(QueueUri.Parse(text), new SqsQueueOptions()));

        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://example.com/a/b")]
    [InlineData("redis://sqs.example.com/0")]
    [InlineData("memory:sqs")]
    public void Other_uris_are_not_handled(string text) => Assert.False(new SqsQueueProvider().Handles(QueueUri.Parse(text)));

    [Fact]
    public void Options_out_of_range_are_refused() =>
        Assert.Contains(
            "MaxRetries is 11",
            Assert.Throws<ArgumentException>(() => new SqsQueueProvider(new SqsQueueOptions { MaxRetries = 11 })).Message,
            StringComparison.Ordinal);
}
