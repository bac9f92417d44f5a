using System.Globalization;
using Eventide;

namespace EndToEnd.Handlers;

/// <summary>Writes down every message that it has handled, where a killed process leaves it. How it behaves is set by the environment, as
/// the tests start it in a process of its own.</summary>
/// <remarks>EVENTIDE_TEST_PAUSE_MS: how long a message takes; default 0. EVENTIDE_TEST_CURED: with 1, poison is handled like all else.</remarks>
[Handler("body.kind == 'work'", RetryLimit = 2, MinBackoffSeconds = 0.05)]
public sealed class RecordingHandler(Journal journal) : IMessageHandler
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(
        int.Parse(Environment.GetEnvironmentVariable("EVENTIDE_TEST_PAUSE_MS") ?? "0", CultureInfo.InvariantCulture));

    private static readonly bool IsCured = Environment.GetEnvironmentVariable("EVENTIDE_TEST_CURED") == "1";

    /// <inheritdoc/>
    public async Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        var body = message.Json;
        var number = body.GetProperty("n").GetInt32();
        if (Pause > TimeSpan.Zero)
        {
            await Task.Delay(Pause, cancellationToken);
        }

        if (!IsCured && body.TryGetProperty("poison", out var poison) && poison.GetBoolean())
        {
            throw new PoisonException(string.Create(CultureInfo.InvariantCulture, $"number {number} cannot be handled"));
        }

        journal.Write(number, message.Attempt);
        return HandlerResult.Success;
    }
}
