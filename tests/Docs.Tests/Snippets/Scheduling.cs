using Microsoft.Extensions.DependencyInjection;

namespace Eventide.Docs.Tests.Snippets.Scheduling;

// [scheduling-once]
[Handler("body.type == 'trial_started'")]
public sealed class RemindAtEndOfTrial(IMessageScheduler scheduler) : IMessageHandler
{
    public async Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        var customer = message.Json.GetProperty("customer").GetString();
        await scheduler.ScheduleAsync(
            "orders",
            new OutgoingMessage($$"""{"type":"trial_ends","customer":"{{customer}}"}"""),
            due: DateTimeOffset.UtcNow.AddDays(400),
            id: $"trial {customer}",
            cancellationToken);
        return HandlerResult.Success;
    }
}

[Handler("body.type == 'customer_left'")]
public sealed class ForgetTrial(IMessageScheduler scheduler) : IMessageHandler
{
    public async Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        await scheduler.CancelAsync("orders", $"trial {message.Json.GetProperty("customer").GetString()}", cancellationToken);
        return HandlerResult.Success;
    }
}
// [/scheduling-once]

public static class Recurring
{
    public static void Add(IServiceCollection services) =>
        // [scheduling-recurring]
        services.AddEventide(eventide => eventide
            .Queue("redis://localhost?stream=jobs&group=workers")
            .Schedule("nightly", "0 3 * * *", """{"type":"report"}""", configure: schedule => schedule.TimeZone = "Europe/Berlin")
            .Schedule("poll", "*/5 * * * *", configure: schedule => schedule.CatchUp = CatchUp.Skip)
            .Handle("body.type == 'report'", message => Console.WriteLine(message.Attributes[ScheduleHeaders.Tick]))
            .Handle("body.schedule == 'poll'", message => Console.WriteLine(message.Text)));
        // [/scheduling-recurring]
}
