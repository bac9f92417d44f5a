using Eventide.Queues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Eventide.Docs.Tests.Snippets.Configuration;

public static class InCode
{
    public static void Options(IServiceCollection services) =>
        // [configuration-code]
        services.AddEventide(eventide => eventide
            .Queue("memory:orders", deadLetter: "memory:dead-orders")
            .Configure(options =>
            {
                options.Concurrency = 32;
                options.HandlerTimeout = TimeSpan.FromSeconds(20);
                options.Retry.RetryLimit = 5;
                options.Retry.On<HttpRequestException>().On<TimeoutException>();
                options.Queues["refunds"] = new QueueOptions { Uri = "memory:refunds", Concurrency = 2 };
            })
            .AddHandlersFrom(typeof(InCode).Assembly));
        // [/configuration-code]

    public static void Opened(IServiceCollection services) =>
        // [configuration-queue]
        services.AddEventide(eventide => eventide.Queue(
            "orders",
            open: (_, _) => new(new MemoryBroker(options: new MemoryQueueOptions { MaxMessages = 10_000 }).GetQueue("orders").OpenReceiver()),
            openDeadLetter: (_, _) => new(new FileQueue("dead.ndjson").OpenSender())));
        // [/configuration-queue]

    public static void Providers(IServiceCollection services)
    {
        // [configuration-provider]
        services.AddRedisStreams();
        services.AddEventide(eventide => eventide.Queue("redis://localhost?stream=orders&group=workers&dead-letter=orders:dead"));
        // [/configuration-provider]
    }

    public static void Shutdown(IServiceCollection services) =>
        // [retries-shutdown]
        services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(45));
        // [/retries-shutdown]
}
