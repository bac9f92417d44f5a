namespace Eventide.Orleans.Tests.Processes;

/// <summary>Runs in silo processes: schedules the message <c>{"n":…}</c> in so many <c>seconds</c>, where <c>schedule</c> is its number and
/// <c>queue</c> where it is to go.</summary>
[Handler("body.seconds > 0")]
public sealed class SchedulingHandler(IMessageScheduler scheduler) : IMessageHandler
{
    public async Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        var body = message.Json;
        var number = body.GetProperty("schedule").GetInt32();
        await scheduler.ScheduleAsync(
            body.GetProperty("queue").GetString()!,
            new OutgoingMessage($$"""{"n":{{number}}}"""),
            DateTimeOffset.UtcNow.AddSeconds(body.GetProperty("seconds").GetInt32()),
            $"{number}",
            cancellationToken);
        RecordingHandler.Note('k', number, message);
        return HandlerResult.Success;
    }
}
