using System.Runtime.CompilerServices;
using Eventide.Queues;

namespace Eventide.Cli;

/// <summary>Reads what a person gives: a file, or <c>-</c> for standard input.</summary>
internal static class Input
{
    /// <summary>Reads all of it.</summary>
    /// <exception cref="UsageException">It cannot be read.</exception>
    public static async Task<byte[]> ReadAllAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            await using var input = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
            using var all = new MemoryStream();
            await input.CopyToAsync(all, cancellationToken);
            return all.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: the file cannot be read: {OneLine.Of(e.Message)}", e);
        }
    }

    /// <summary>Reads its lines as messages, batch by batch, so that it may be of any length. Lines in the file queue's envelope
    /// bring attributes and group with them; empty lines are none.</summary>
    /// <exception cref="QueueException">It cannot be read.</exception>
    public static async IAsyncEnumerable<IReadOnlyList<Message>> ReadLinesAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var receiver = new FileQueue(path).OpenReceiver();
        var isLast = false;
        while (!isLast)
        {
            var batch = await receiver.ReceiveAsync(new ReceiveRequest(receiver.Limits.MaxReceiveBatch, TimeSpan.FromSeconds(1), TimeSpan.Zero), cancellationToken);
            isLast = batch.IsLast;
            if (batch.Messages.Count > 0)
            {
                yield return [.. batch.Messages.Select(m => m.Message)];
                await receiver.AcknowledgeAsync(batch.Messages, cancellationToken);
            }
        }
    }
}
