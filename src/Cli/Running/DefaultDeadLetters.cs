namespace Eventide.Cli;

/// <summary>Where the dead letters of a file go when no place is named. A server's queue keeps what is given up; a file that is read
/// once cannot, and its run would never end.</summary>
internal sealed class DefaultDeadLetters
{
    private readonly string _path;
    private readonly bool _existed;

    private DefaultDeadLetters(string path)
    {
        _path = path;
        _existed = File.Exists(path);
    }

    /// <summary>The queue's URI.</summary>
    public string Uri => "file:" + System.Uri.EscapeDataString(_path).Replace("%2F", "/", StringComparison.Ordinal);

    /// <summary>The default for a queue, or null where there is none to be.</summary>
    public static DefaultDeadLetters? For(string? queue)
    {
        if (!QueueUri.TryParse(queue, out var uri, out _) || uri.Scheme != "file" || uri.Path.Length == 0)
        {
            return null;
        }

        var path = uri.Value.StartsWith("file://", StringComparison.OrdinalIgnoreCase) ? "/" + uri.Path : uri.Path;
        return new DefaultDeadLetters(path is "-" || path.StartsWith("/dev/", StringComparison.Ordinal) ? "dead-letters.ndjson" : path + ".dead-letters");
    }

    /// <summary>Removes the file that was made for nothing.</summary>
    public void RemoveIfEmpty()
    {
        if (!_existed && new FileInfo(_path) is { Exists: true, Length: 0 } file)
        {
            file.Delete();
        }
    }
}
