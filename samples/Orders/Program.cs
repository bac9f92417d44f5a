using Eventide;
using Eventide.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orders;

// The worker: two in-memory queues, and every handler of this assembly. In earnest only the URIs would change.
var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = AppContext.BaseDirectory });
builder.Configuration.AddJsonFile("appsettings.json");
builder.Services.AddEventide(eventide => eventide
    .Queue("memory:orders", deadLetter: "memory:dead-orders")
    .Configure(options => options.UntilEmpty = true)
    .AddHandlersFrom(typeof(NewOrderHandler).Assembly)
    .AddHooks<Narrator>());
using var host = builder.Build();

var queues = host.Services.GetRequiredService<QueueConnector>();
await using (var orders = await queues.OpenSenderAsync(QueueUri.Parse("memory:orders"), default))
{
    var lines = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "orders.ndjson"));
    var sent = await orders.SendAllAsync(lines.Select(line => new OutgoingMessage(line)), default);
    Console.WriteLine($"{sent.Count} messages are in memory:orders.");
}

var monitor = host.Services.GetRequiredService<EventideMonitor>();
await host.RunAsync();

Console.WriteLine();
Console.WriteLine("The dead letters, and why they are there:");
await using var deadLetters = await queues.OpenAdminAsync(QueueUri.Parse("memory:dead-orders"), default);
foreach (var letter in await deadLetters!.PeekAsync(100, default))
{
    Console.WriteLine($"  {letter.Text}");
    Console.WriteLine($"    {letter.Attributes[DeadLetterHeaders.FailureKind]}: {letter.Attributes[DeadLetterHeaders.Reason]}");
}

var stats = monitor.Stats.Single();
Console.WriteLine();
Console.WriteLine(
    $"{stats.Received} received ({stats.Retried} of them again), {stats.Succeeded} succeeded, {stats.Failed} attempts failed, {stats.Unmatched} unmatched, {stats.DeadLettered} dead-lettered.");
