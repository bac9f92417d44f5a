namespace Eventide.Queues;

/// <summary>How a file queue reads and writes.</summary>
public sealed record FileQueueOptions
{
    /// <summary>The most bytes of one line without its line end; from 1,024 to 1,073,741,824 (1 GiB). A longer line becomes a message
    /// of its first 64 KiB (or <see cref="MaxLineBytes"/>, where less) with the attribute <see cref="TruncatedAttribute"/>.
    /// Default 268,435,456 (256 MiB). In a URI: <c>max-line=BYTES</c>.</summary>
    public int MaxLineBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Whether what is sent is forced to the disk (fsync) before a send returns, so that it outlives a loss of power and not
    /// only the end of the process. Without meaning for standard output and pipes. Default <see langword="true"/>. In a
    /// URI: <c>fsync=true|false</c>.</summary>
    public bool FlushToDisk { get; init; } = true;

    /// <summary>The name of the attribute that marks the message of a line longer than <see cref="MaxLineBytes"/>; its value is
    /// the length of the whole line in bytes, in decimal digits.</summary>
    public const string TruncatedAttribute = "eventide-truncated";

    internal static void Validate(FileQueueOptions options)
    {
        if (options.MaxLineBytes is < 1024 or > 1024 * 1024 * 1024)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxLineBytes, "The longest line must be from 1024 to 1073741824 bytes.");
        }
    }
}
