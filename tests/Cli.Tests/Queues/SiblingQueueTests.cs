namespace Eventide.Cli.Tests.Queues;

public sealed class SiblingQueueTests
{
    [Theory]
    [InlineData("redis://u:p%2F@host:1/2?stream=orders:dead&group=g&format=fields&dead-letter=x", "orders", "redis://u:p%2F@host:1/2?stream=orders&format=fields")]
    [InlineData("rediss://host?Stream=dead&tls-host=h", "a&b", "rediss://host?stream=a%26b&tls-host=h")]
    [InlineData("redis+unix:///run/redis.sock?stream=dead", "orders", "redis+unix:///run/redis.sock?stream=orders")]
    [InlineData("sqs:orders-dead?endpoint=http://127.0.0.1:4566", "orders", "sqs:orders?endpoint=http://127.0.0.1:4566")]
    [InlineData("sqs://eu-west-1/123456789012/orders-dead", "orders", "sqs://eu-west-1/123456789012/orders")]
    [InlineData("https://sqs.eu-west-1.amazonaws.com/123456789012/dead.fifo", "orders.fifo", "https://sqs.eu-west-1.amazonaws.com/123456789012/orders.fifo")]
    [InlineData("cloudflare://023e105f4ecef8ad9ca31a8372d0c353/dead?max-poll=5s", "orders", "cloudflare://023e105f4ecef8ad9ca31a8372d0c353/orders?max-poll=5s")]
    public void A_queue_is_found_by_its_name_beside_its_dead_letters(string beside, string name, string expected) =>
        Assert.Equal(expected, SiblingQueue.Find(QueueUri.Parse(beside), name)?.Value);

    [Theory]
    [InlineData("file:orders.ndjson.dead-letters")]
    [InlineData("memory:dead")]
    [InlineData("nats://host/dead")]
    public void Where_a_name_says_nothing_of_the_place_there_is_none(string beside) =>
        Assert.Null(SiblingQueue.Find(QueueUri.Parse(beside), "orders"));
}
