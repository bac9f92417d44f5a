namespace Eventide.Queues;

/// <summary>Turns what the file system reports into what a person can act on.</summary>
internal static class FileErrors
{
    public static bool IsOne(Exception e) => e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException;

    public static QueueException Opening(string name, string purpose, Exception e) => new(name, e switch
    {
        FileNotFoundException => "the file does not exist; check the path, which is relative to the current directory.",
        DirectoryNotFoundException => "the directory of the file does not exist; check the path or create it.",
        UnauthorizedAccessException when Directory.Exists(name) => $"this is a directory; name a file in it for {purpose}.",
        UnauthorizedAccessException => $"the file may not be opened for {purpose}; check its permissions.",
        _ => $"the file cannot be opened for {purpose}: {e.Message}",
    }, isTransient: false, e);

    public static QueueException Reading(string name, long line, Exception e) =>
        new(name, $"reading failed after line {line}: {e.Message} The lines up to there were delivered.", isTransient: false, e);

    public static QueueException Writing(string name, bool isFile, Exception e) => isFile
        ? new(name, $"writing failed, and the file was left as it was: {e.Message} Free space or mend the file system; nothing was sent.", isTransient: true, e)
        : new(name, $"writing failed: {e.Message} Whoever read this has gone; send to a file instead, or keep the reader running.", isTransient: false, e);
}
