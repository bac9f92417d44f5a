// [readme-handler]
using Eventide;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// [/readme-handler]

namespace Eventide.Docs.Tests.Snippets.Readme;

// [readme-handler]
public sealed record Greeting(string Content);

[Handler("body.type == 'greeting'", RetryLimit = 5)]
public sealed class GreetingHandler : IMessageHandler<Greeting>
{
    public Task<HandlerResult> HandleAsync(Greeting body, Message message, CancellationToken cancellationToken)
    {
        Console.WriteLine($"Hello, {body.Content}!");
        return HandlerResult.Done;
    }
}
// [/readme-handler]

public static class Program
{
    public static async Task<WorkerStats> RunAsync(string[] args)
    {
        // [readme-host]
        var builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddEventide(eventide => eventide
            .Queue("memory:greetings", deadLetter: "memory:dead-greetings")
            .AddHandler<GreetingHandler>());
        // [/readme-host]
        builder.Services.Configure<EventideOptions>(options => options.UntilEmpty = true);
        // [readme-host]
        using var host = builder.Build();

        var queues = host.Services.GetRequiredService<QueueConnector>();
        await using (var greetings = await queues.OpenSenderAsync(QueueUri.Parse("memory:greetings"), default))
        {
            await greetings.SendAllAsync([new OutgoingMessage("""{"type":"greeting","content":"world"}""")], default);
        }

        // [/readme-host]
        var monitor = host.Services.GetRequiredService<EventideMonitor>();
        // [readme-host]
        await host.RunAsync();
        // [/readme-host]
        return monitor.Stats.Single();
    }
}
