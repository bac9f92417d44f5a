using Eventide.Queues.Cloudflare;
using Eventide.Queues.Redis;
using Eventide.Queues.Sqs;
using Microsoft.Extensions.DependencyInjection;

namespace Eventide.Docs.Tests.Snippets.Servers;

public static class InCode
{
    public static async Task Redis()
    {
        // [redis-code]
        var options = new RedisStreamOptions { Stream = "orders", Group = "workers" };      // redis://localhost:6379/0
        await using var sender = await RedisStreamSender.OpenAsync(options);
        await sender.SendAsync([new OutgoingMessage("""{"type":"new_order"}""")], default);

        await using var receiver = await RedisStreamReceiver.OpenAsync(options);
        var batch = await receiver.ReceiveAsync(new ReceiveRequest(100, Wait: TimeSpan.FromSeconds(10), Lease: TimeSpan.FromMinutes(1)), default);
        await receiver.AcknowledgeAsync(batch.Messages, default);
        // [/redis-code]
    }

    public static async Task Sqs()
    {
        // [sqs-code]
        var provider = new SqsQueueProvider(new SqsQueueOptions { Region = "eu-west-1" });
        var orders = QueueUri.Parse("sqs:orders");

        await using var sender = await provider.OpenSenderAsync(orders, default);
        await sender.SendAsync([new OutgoingMessage("""{"type":"order_placed"}""")], default);

        await using var receiver = await provider.OpenReceiverAsync(orders, default);
        var batch = await receiver.ReceiveAsync(new ReceiveRequest(10, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30)), default);
        foreach (var leased in batch.Messages)
        {
            Console.WriteLine(leased.Message.Text);
        }

        await receiver.AcknowledgeAsync(batch.Messages, default);
        // [/sqs-code]
    }

    public static async Task Cloudflare()
    {
        // [cloudflare-code]
        using var provider = new CloudflareQueueProvider();              // token from CLOUDFLARE_API_TOKEN
        var uri = QueueUri.Parse("cloudflare://023e105f4ecef8ad9ca31a8372d0c353/orders");

        await using var sender = await provider.OpenSenderAsync(uri, default);
        await sender.SendAsync([new OutgoingMessage("""{"type":"order_placed","id":7}""")], default);

        await using var receiver = await provider.OpenReceiverAsync(uri, default);
        var batch = await receiver.ReceiveAsync(new ReceiveRequest(10, TimeSpan.FromSeconds(20), Lease: TimeSpan.FromMinutes(5)), default);
        foreach (var leased in batch.Messages)
        {
            Console.WriteLine(leased.Message.Text);
        }

        await receiver.AcknowledgeAsync([.. batch.Messages], default);
        // [/cloudflare-code]
    }

    public static void Hosts(IServiceCollection services)
    {
        // [queues-host]
        services.AddRedisStreams();
        services.AddCloudflareQueues(options => options.MaxPollInterval = TimeSpan.FromSeconds(5));
        services.AddSqsQueues(new SqsQueueOptions { Region = "eu-west-1" });
        // [/queues-host]
    }
}
