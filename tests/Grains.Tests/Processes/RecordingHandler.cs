namespace Eventide.Orleans.Tests.Processes;

/// <summary>Runs in silo processes: writes each message it has handled to a file that the test reads. Fails every message's first attempt
/// whose number ends in 7.</summary>
[Handler("body.n >= 0")]
public sealed class RecordingHandler : IMessageHandler
{
    private static readonly Lock Writing = new();

    public async Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        var n = message.Json.GetProperty("n").GetInt32();
        if (n % 10 == 7 && message.Attempt == 1)
        {
            return HandlerResult.Retry(TimeSpan.FromSeconds(1));
        }

        await Task.Delay(5, cancellationToken);
        lock (Writing)
        {
            File.AppendAllText($"{Environment.GetEnvironmentVariable("EVENTIDE_TEST_LOG")}.{Environment.ProcessId}", $"{n}\n");
        }

        return HandlerResult.Success;
    }
}
