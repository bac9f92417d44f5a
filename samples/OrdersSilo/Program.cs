using Eventide;
using Eventide.Silo;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orders;

// The Orders sample's handlers, unchanged, and a handler grain, on a silo. Without further settings: one silo, everything in memory,
// and some orders to begin with. See docs/orleans.md for two silos on one redis-server.
return await SiloProgram.RunAsync(
    args,
    eventide => eventide
        .AddHandlersFrom(typeof(NewOrderHandler).Assembly)
        .Configure(options =>
        {
            options.Queue ??= "memory:orders";
            options.DeadLetter ??= "memory:dead-orders";
        }),
    async app =>
    {
        if (app.Configuration.GetValue("Sample:Send", defaultValue: app.Configuration["Eventide:Queue"] is null))
        {
            var queue = app.Configuration["Eventide:Queue"] ?? "memory:orders";
            await using var orders = await app.Services.GetRequiredService<QueueConnector>().OpenSenderAsync(QueueUri.Parse(queue), default);
            var bodies = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "orders.ndjson"))
                .Concat(Enumerable.Range(1, 6).Select(i => $$"""{"type":"loyalty","customer_id":"{{i % 2}}","amount":{{i * 10}}}"""));
            var sent = await orders.SendAllAsync(bodies.Select(body => new OutgoingMessage(body)), default);
            Console.WriteLine($"{sent.Count} messages are in {queue}.");
        }
    });
