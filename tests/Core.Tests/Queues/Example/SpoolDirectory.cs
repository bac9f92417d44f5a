using System.Globalization;
using System.Text.Json;

namespace Eventide.Core.Tests.Queues.Example;

/// <summary>The queue itself: a directory with one file a message. A file's name says when the message is due, how often it was
/// delivered, and its id: <c>due-attempt-id</c>. Whoever renames a file owns the message until the due time in the new name;
/// renaming is atomic, so of two who try, one fails.</summary>
internal sealed class SpoolDirectory(string path, TimeProvider time)
{
    // [provider-limits]
    public static readonly QueueLimits Limits = new()
    {
        MaxReceiveBatch = 100,
        MaxSettleBatch = 100,
        MaxSendBatch = 100,
        MaxWait = TimeSpan.Zero, // A directory cannot be waited for; the engine paces itself.
        MaxSendDelay = TimeSpan.FromDays(365),
        MaxReleaseDelay = TimeSpan.FromDays(365),
        MinLease = TimeSpan.FromSeconds(1),
        MaxLease = TimeSpan.FromDays(365),
        CanReleaseUncounted = true,
    };
    // [/provider-limits]

    public string Name => path;

    public IEnumerable<string> DueFiles()
    {
        var now = time.GetUtcNow().UtcTicks;
        return Directory.EnumerateFiles(path, "*.message")
            .Select(f => Path.GetFileName(f)!)
            .Where(n => long.Parse(n.AsSpan(0, 19), CultureInfo.InvariantCulture) <= now)
            .Order(StringComparer.Ordinal);
    }

    /// <summary>Renames a message's file. That is all there is to leasing, releasing and extending.</summary>
    /// <returns>The new name, or <see langword="null"/> where somebody else was faster.</returns>
    public string? TryMove(string name, TimeSpan dueIn, int attempt)
    {
        var moved = FileName(dueIn, attempt, name[25..]);
        try
        {
            File.Move(Path.Combine(path, name), Path.Combine(path, moved), overwrite: true);
            return moved;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    public bool TryDelete(string name)
    {
        var file = Path.Combine(path, name);
        var exists = File.Exists(file);
        File.Delete(file);
        return exists;
    }

    public string Add(OutgoingMessage message)
    {
        var id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        var header = JsonSerializer.SerializeToUtf8Bytes(new SpoolHeader(new(message.Attributes, StringComparer.Ordinal), message.Group, time.GetUtcNow()));

        // Written under another name and renamed, so that nobody receives half a message.
        var unfinished = Path.Combine(path, id + ".unfinished");
        File.WriteAllBytes(unfinished, [.. header, (byte)'\n', .. message.Body.Span]);
        File.Move(unfinished, Path.Combine(path, FileName(message.Delay, 0, id + ".message")));
        return id;
    }

    public Message Read(string name, int attempt)
    {
        var content = File.ReadAllBytes(Path.Combine(path, name));
        var end = Array.IndexOf(content, (byte)'\n');
        var header = JsonSerializer.Deserialize<SpoolHeader>(content.AsSpan(0, end))!;
        return new Message(name[25..^".message".Length], path, content.AsMemory(end + 1))
        {
            Attempt = attempt,
            Attributes = header.Attributes,
            Group = header.Group,
            EnqueuedAt = header.EnqueuedAt,
        };
    }

    public static int AttemptOf(string name) => int.Parse(name.AsSpan(20, 4), CultureInfo.InvariantCulture);

    private string FileName(TimeSpan dueIn, int attempt, string rest) =>
        string.Create(CultureInfo.InvariantCulture, $"{(time.GetUtcNow() + dueIn).UtcTicks:D19}-{attempt:D4}-{rest}");
}
