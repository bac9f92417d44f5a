using System.Diagnostics;
using System.Text;

namespace Eventide.Orleans.Tests.Processes;

/// <summary>Runs in silo processes, and notes in a file of its process, which the test reads, when it began and ended with a message. What
/// it does is in the message: <c>n</c>, its number; <c>ms</c>, how long it takes; <c>fail</c>, how many attempts fail, each
/// to be retried after <c>retry</c> seconds; <c>block</c>, that the
/// first silo never gives back its thread.</summary>
[Handler("body.n >= 0")]
public sealed class RecordingHandler : IMessageHandler
{
    private static readonly Lock Writing = new();

    // Without a buffer of ours: kill -9 loses nothing that was written.
    private static readonly Lazy<FileStream> Journal = new(() => new FileStream(
        Path.Combine(Environment.GetEnvironmentVariable("EVENTIDE_TEST_JOURNALS")!, $"{Environment.ProcessId}.journal"),
        FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0));

    public async Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        var body = message.Json;
        var number = body.GetProperty("n").GetInt32();
        Note('s', number, message);
        if (body.TryGetProperty("block", out _) && Directory.GetFiles(Path.GetDirectoryName(Journal.Value.Name)!).Length == 1)
        {
            Thread.Sleep(Timeout.Infinite);
        }

        await Task.Delay(body.TryGetProperty("ms", out var ms) ? ms.GetInt32() : 5, cancellationToken);
        if (body.TryGetProperty("fail", out var fail) && message.Attempt <= fail.GetInt32())
        {
            Note('f', number, message);
            return HandlerResult.Retry(TimeSpan.FromSeconds(body.TryGetProperty("retry", out var retry) ? retry.GetDouble() : 1));
        }

        Note('d', number, message);
        return HandlerResult.Success;
    }

    /// <summary>Notes something in the journal of this process.</summary>
    public static void Note(char kind, int number, Message message)
    {
        lock (Writing)
        {
            var entry = new JournalEntry(kind, number, message.Attempt, message.Group ?? "-", Stopwatch.GetTimestamp(), Environment.ProcessId);
            Journal.Value.Write(Encoding.ASCII.GetBytes(entry.ToString()));
        }
    }
}
