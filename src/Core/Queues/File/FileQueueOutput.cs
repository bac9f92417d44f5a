using System.Collections.Concurrent;

namespace Eventide.Queues;

/// <summary>Appends whole batches of lines to a file, or to a stream that has no end to look for.</summary>
internal sealed class FileQueueOutput : IDisposable
{
    // Far beyond any file's end, so that on systems where locks are mandatory readers are not held up.
    private const long LockPosition = long.MaxValue - 1;
    private static readonly TimeSpan LockRetry = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestLockWait = TimeSpan.FromSeconds(10);
    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Gates = new(StringComparer.Ordinal);

    private readonly string? _path;
    private readonly bool _flushToDisk;
    private Stream _stream;

    /// <summary>Opens an output.</summary>
    /// <param name="path">The full path of a file, or <see langword="null"/> where <paramref name="stream"/> is given.</param>
    /// <param name="stream">The stream to write to instead.</param>
    /// <param name="flushToDisk">Whether each batch is forced to the disk.</param>
    public FileQueueOutput(string? path, Stream? stream, bool flushToDisk)
    {
        _path = path;
        _flushToDisk = flushToDisk;
        _stream = stream ?? Open(path!);

        // Senders of one process to one file take turns here: the lock between processes knows only processes.
        Gate = path is null ? new SemaphoreSlim(1, 1) : Gates.GetOrAdd(path, static _ => new SemaphoreSlim(1, 1));
    }

    public SemaphoreSlim Gate { get; }

    public bool IsFile => _path is not null && _stream.CanSeek;

    /// <summary>Appends; to be called by the holder of <see cref="Gate"/>. A file that fails is left as it was.</summary>
    public void Append(ReadOnlySpan<byte> lines)
    {
        if (!IsFile)
        {
            _stream.Write(lines);
            _stream.Flush();
            return;
        }

        if (!File.Exists(_path))
        {
            // Moved away or deleted, by a log rotation say: what was written to it now would be found by nobody.
            _stream.Dispose();
            _stream = Open(_path!);
        }

        var file = (FileStream)_stream;
        var locked = Lock(file);
        try
        {
            AppendLocked(file, lines);
        }
        finally
        {
            if (locked && (OperatingSystem.IsLinux() || OperatingSystem.IsWindows()))
            {
                file.Unlock(LockPosition, 1);
            }
        }
    }

    public void Dispose() => _stream.Dispose();

    private static FileStream Open(string path) =>
        new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);

    private static bool Lock(FileStream file)
    {
        // Elsewhere there are no such locks, and one process at a time must write to one file.
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsWindows())
        {
            return false;
        }

        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                file.Lock(LockPosition, 1);
                return true;
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(started) < LongestLockWait)
            {
                // Another process is appending, which takes it no longer than it takes us.
                Thread.Sleep(LockRetry);
            }
        }
    }

    private void AppendLocked(FileStream file, ReadOnlySpan<byte> lines)
    {
        var handle = file.SafeFileHandle;
        var end = RandomAccess.GetLength(handle);
        try
        {
            Span<byte> last = stackalloc byte[1];
            var offset = end;
            if (end > 0 && RandomAccess.Read(handle, last, end - 1) == 1 && last[0] != (byte)'\n')
            {
                // The last line lacks its end: hand-written, or cut off. Ours must not become a part of it.
                RandomAccess.Write(handle, "\n"u8, offset++);
            }

            RandomAccess.Write(handle, lines, offset);
            if (_flushToDisk)
            {
                RandomAccess.FlushToDisk(handle);
            }
        }
        catch (IOException)
        {
            // Half a batch would be sent twice when it is tried again.
            RandomAccess.SetLength(handle, end);
            throw;
        }
    }
}
