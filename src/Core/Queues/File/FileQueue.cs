using Microsoft.Win32.SafeHandles;

namespace Eventide.Queues;

/// <summary>A file of lines as a queue: newline-delimited JSON, or any text. Receiving reads the file once from its start to its end;
/// sending appends to it. <c>-</c> is standard input and standard output.</summary>
/// <remarks>
/// <para>Reading: line <c>i</c>, counted from 1, is the message with the id <c>i</c>; its body is the bytes of the line without the LF
/// or CRLF, whatever they are. A UTF-8 byte-order mark at the very start is skipped; lines of nothing but spaces, tabs and CRs are
/// skipped but counted; the last line needs no line end. There are no leases: what was received is ours until settled, what is
/// released is kept in memory and comes again, and nothing is written back, so a process that starts anew reads from the start.</para>
/// <para>Writing: a JSON body without attributes and group is the line itself, its line breaks (never part of a JSON value) left out.
/// Any other message is an envelope, from which receiving restores it byte for byte:
/// <c>{"eventide":1,"attributes":{"name":"value"},"group":"name","body":{"any":"JSON"}}</c>, where <c>attributes</c> and <c>group</c> may be
/// absent, and <c>"text":"…"</c> stands for a body that is not JSON and <c>"base64":"…"</c> for one that is not UTF-8. A batch is
/// one write, and has reached the file (the disk, with <see cref="FileQueueOptions.FlushToDisk"/>) when the send returns. Several
/// senders and processes may append to one file.</para>
/// </remarks>
public sealed class FileQueue
{
    private readonly FileQueueOptions _options;
    private readonly TimeProvider _time;
    private readonly Func<Stream> _openInput;
    private readonly Func<FileQueueOutput> _openOutput;

    /// <summary>Names a file; nothing is opened yet.</summary>
    /// <param name="path">The path, relative to the current directory or absolute; <c>-</c> for standard input and output.</param>
    /// <param name="options">How to read and write.</param>
    /// <param name="time">Where the delays of released messages take their time from; the system's clock by default.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or an option is out of its range.</exception>
    public FileQueue(string path, FileQueueOptions? options = null, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _options = options ?? new FileQueueOptions();
        FileQueueOptions.Validate(_options);
        _time = time ?? TimeProvider.System;
        Path = path;
        if (path == "-")
        {
            _openInput = Console.OpenStandardInput;
            _openOutput = () => new FileQueueOutput(null, OpenStandardOutput(), flushToDisk: false);
        }
        else
        {
            _openInput = () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
            _openOutput = () => new FileQueueOutput(System.IO.Path.GetFullPath(path), null, _options.FlushToDisk);
        }
    }

    private FileQueue(string name, Stream input, Stream output, FileQueueOptions? options, TimeProvider? time)
    {
        _options = options ?? new FileQueueOptions();
        FileQueueOptions.Validate(_options);
        _time = time ?? TimeProvider.System;
        Path = name;
        _openInput = () => input;
        _openOutput = () => new FileQueueOutput(null, output, flushToDisk: false);
    }

    /// <summary>The path as given.</summary>
    public string Path { get; }

    internal static QueueLimits LimitsOf(FileQueueOptions options) => new()
    {
        MaxReceiveBatch = 1024,
        MaxSettleBatch = 1024,
        MaxSendBatch = 1024,
        MaxWait = TimeSpan.FromHours(1),
        MaxSendDelay = TimeSpan.Zero,
        MaxReleaseDelay = TimeSpan.FromDays(3650),
        MaxLease = null,
        CanExtend = false,
        CanReleaseUncounted = true,
        Ordering = QueueOrdering.Total,
        MaxMessageBytes = options.MaxLineBytes,
    };

    /// <summary>A queue over streams of the caller's instead of a file: a socket, a decompressed archive, a test.</summary>
    /// <param name="name">The name that messages and logs show.</param>
    /// <param name="input">What receiving reads, and disposes of; <see cref="Stream.Null"/> for nothing.</param>
    /// <param name="output">What sending writes, and disposes of; <see cref="Stream.Null"/> for nothing.</param>
    /// <param name="options">How to read and write.</param>
    /// <param name="time">Where the delays of released messages take their time from; the system's clock by default.</param>
    public static FileQueue FromStreams(string name, Stream input, Stream output, FileQueueOptions? options = null, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        return new FileQueue(name, input, output, options, time);
    }

    /// <summary>Opens the file for receiving, from its start.</summary>
    /// <returns>The receiver, the caller's to dispose.</returns>
    /// <exception cref="QueueException">The file cannot be opened.</exception>
    public IQueueReceiver OpenReceiver()
    {
        var name = Path == "-" ? "stdin" : Path;
        try
        {
            return new FileQueueReceiver(name, _openInput(), _options, _time);
        }
        catch (Exception e) when (FileErrors.IsOne(e))
        {
            throw FileErrors.Opening(name, "reading", e);
        }
    }

    /// <summary>Opens the file for sending; it is created unless it exists.</summary>
    /// <returns>The sender, the caller's to dispose.</returns>
    /// <exception cref="QueueException">The file cannot be opened.</exception>
    public IQueueSender OpenSender()
    {
        var name = Path == "-" ? "stdout" : Path;
        try
        {
            return new FileQueueSender(name, _openOutput(), _options);
        }
        catch (Exception e) when (FileErrors.IsOne(e))
        {
            throw FileErrors.Opening(name, "writing", e);
        }
    }

    /// <summary>Opens the file for looking at it and after it.</summary>
    /// <returns>The way in, the caller's to dispose, or <see langword="null"/> for standard input and output.</returns>
    public IQueueAdmin? OpenAdmin() => Path == "-" ? null : new FileQueueAdmin(this, _options);

    private static Stream OpenStandardOutput() =>
        // On Unix the console's own stream takes a broken pipe for success, and what it drops would count as sent.
        OperatingSystem.IsWindows()
            ? Console.OpenStandardOutput()
            : new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
}
