using System.Globalization;

namespace Eventide.Orleans.Tests.Processes;

/// <summary>Runs in silo processes: notes the ticks of the schedule <c>ticks</c>.</summary>
[Handler("body.schedule == 'ticks'")]
public sealed class TickHandler : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        var tick = DateTimeOffset.Parse(message.Attributes[ScheduleHeaders.Tick], CultureInfo.InvariantCulture);
        RecordingHandler.Note('t', (int)tick.ToUnixTimeSeconds(), message);
        return HandlerResult.Done;
    }
}
