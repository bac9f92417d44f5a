namespace Eventide.Docs.Tests.Snippets.Migrating;

// [migrating-handler]
[Handler("body.type == 'email'", RetryLimit = 3, RetryFor = [typeof(FormatException)])]
public sealed class ProcessEmail : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        Console.WriteLine($"Processing email: {message.Text}");
        return HandlerResult.Done;
    }
}
// [/migrating-handler]

// [migrating-consumer]
[Handler("body.content")]                              // entries that have a field named content
public sealed class PrintContent : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        Console.WriteLine(message.Json.GetProperty("content").GetString());
        return HandlerResult.Done;
    }
}
// [/migrating-consumer]

public static class Producer
{
    public static async Task SendAsync(QueueConnector queues)
    {
        // [migrating-producer]
        var stream = QueueUri.Parse("redis://localhost?stream=my-event-stream&format=fields");
        await using var events = await queues.OpenSenderAsync(stream, default);
        await events.SendAllAsync([new OutgoingMessage("""{"content":"Hello world"}""")], default);
        // [/migrating-producer]
    }
}
