using System.Buffers;

namespace Eventide.Queues;

internal sealed class FileQueueSender(string name, FileQueueOutput output, FileQueueOptions options) : IQueueSender
{
    private int _disposed;

    public string Name => name;

    public QueueLimits Limits { get; } = FileQueue.LimitsOf(options);

    public async ValueTask<IReadOnlyList<SendResult>> SendAsync(IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        ArgumentNullException.ThrowIfNull(messages);
        BatchSize.Check(messages.Count, Limits.MaxSendBatch, nameof(messages));
        var results = new SendResult[messages.Count];
        var lines = new ArrayBufferWriter<byte>();
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = Write(messages[i], ref lines);
        }

        if (lines.WrittenCount == 0)
        {
            return results;
        }

        await output.Gate.WaitAsync(cancellationToken);

        // On another thread, since a full pipe or a slow disk may keep the write waiting; the gate is given back when it ends,
        // not when the caller stops waiting for it.
        var writing = Task.Run(() => Append(lines.WrittenMemory), CancellationToken.None);
        await writing.WaitAsync(cancellationToken);
        return results;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        // After the write that may be under way; not for ever, since a pipe that nobody reads would hold us up.
        if (await output.Gate.WaitAsync(TimeSpan.FromSeconds(5)))
        {
            output.Dispose();
            output.Gate.Release();
        }
    }

    private SendResult Write(OutgoingMessage message, ref ArrayBufferWriter<byte> lines)
    {
        if (message.Delay != TimeSpan.Zero)
        {
            return new SendResult(null, $"A file cannot hold a message back for {message.Delay}; send it without a delay (QueueLimits.MaxSendDelay is zero).");
        }

        // Into a buffer of its own where it may turn out too long for a line; otherwise there is nothing to take back.
        var line = message.Body.Length > options.MaxLineBytes / 4 ? new ArrayBufferWriter<byte>() : lines;
        var before = line.WrittenCount;
        FileEnvelope.Write(line, message);
        if (line.WrittenCount - before - 1 > options.MaxLineBytes)
        {
            return new SendResult(null, $"The message makes a line of {line.WrittenCount - before - 1} bytes, longer than the {options.MaxLineBytes} that can be read back (FileQueueOptions.MaxLineBytes).");
        }

        if (!ReferenceEquals(line, lines))
        {
            lines.Write(line.WrittenSpan);
        }

        return new SendResult(null);
    }

    private void Append(ReadOnlyMemory<byte> lines)
    {
        var isFile = output.IsFile;
        try
        {
            output.Append(lines.Span);
        }
        catch (Exception e) when (FileErrors.IsOne(e))
        {
            throw FileErrors.Writing(name, isFile, e);
        }
        finally
        {
            output.Gate.Release();
        }
    }
}
