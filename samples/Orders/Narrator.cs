using System.Diagnostics;
using Eventide;

namespace Orders;

/// <summary>Prints what happens to each message.</summary>
internal sealed class Narrator : EventideHooks
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public override ValueTask OnSucceededAsync(Message message, string handler, TimeSpan duration) =>
        Tell(message, $"done by {handler}{(message.Attempt > 1 ? $" at attempt {message.Attempt}" : "")}");

    public override ValueTask OnFailedAsync(Message message, HandlerFailure failure) =>
        Tell(message, $"attempt {message.Attempt} of {failure.Handler} failed: {failure.Reason}");

    public override ValueTask OnRetriedAsync(Message message, HandlerFailure failure, TimeSpan delay) =>
        Tell(message, $"comes again in {delay.TotalMilliseconds:0} ms");

    public override ValueTask OnDeadLetteredAsync(Message message, HandlerFailure failure) =>
        Tell(message, failure.Kind == HandlerFailureKind.Unmatched
            ? "goes to the dead letters: no handler's rules match"
            : "is given up and goes to the dead letters");

    private ValueTask Tell(Message message, string what)
    {
        var body = message.Json;
        var name = $"{body.GetProperty("order_id").GetString()} {body.GetProperty("type").GetString()}";
        Console.WriteLine($"{Stopwatch.GetElapsedTime(_start).TotalSeconds,5:0.00} s  {name,-28} {what}");
        return ValueTask.CompletedTask;
    }
}
