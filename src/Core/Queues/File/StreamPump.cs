using System.Buffers;
using System.Threading.Channels;

namespace Eventide.Queues;

/// <summary>Reads a stream that may keep a read waiting for ever (a pipe, a terminal) on a thread of its own, a few pieces ahead, so
/// that no receive, no cancellation and no shutdown waits for it.</summary>
internal sealed class StreamPump
{
    private const int PieceBytes = 64 * 1024;

    // Enough that the reader and the receiver need not meet at every piece.
    private readonly Channel<(byte[] Bytes, int Count)> _pieces = Channel.CreateBounded<(byte[], int)>(
        new BoundedChannelOptions(8) { SingleReader = true, SingleWriter = true });

    private readonly Stream _stream;
    private readonly Action _changed;
    private (byte[] Bytes, int Count) _piece;
    private int _taken;

    /// <summary>Begins to read.</summary>
    /// <param name="stream">The stream; disposed of when it has ended or the pump was stopped and the read under way is over.</param>
    /// <param name="changed">Called after every piece, and at the end.</param>
    public StreamPump(Stream stream, Action changed)
    {
        _stream = stream;
        _changed = changed;

        // In the background, so that a silent terminal does not keep the process alive.
        new Thread(Run) { IsBackground = true, Name = "Eventide input" }.Start();
    }

    /// <summary>Takes what has been read.</summary>
    /// <returns>How many bytes; zero at the end; -1 where nothing is there yet.</returns>
    /// <exception cref="IOException">Reading failed.</exception>
    public int TryRead(Span<byte> space)
    {
        if (_taken == _piece.Count)
        {
            if (!_pieces.Reader.TryRead(out var next))
            {
                if (!_pieces.Reader.Completion.IsCompleted)
                {
                    return -1;
                }

                // Throws what ended the reading, if anything did.
                _pieces.Reader.Completion.GetAwaiter().GetResult();
                return 0;
            }

            Return(_piece.Bytes);
            _piece = next;
            _taken = 0;
        }

        var count = Math.Min(space.Length, _piece.Count - _taken);
        _piece.Bytes.AsSpan(_taken, count).CopyTo(space);
        _taken += count;
        return count;
    }

    /// <summary>Stops reading. A read under way is left to end with its pipe or with the process.</summary>
    public void Stop() => _pieces.Writer.TryComplete();

    private static void Return(byte[]? bytes)
    {
        if (bytes is not null)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void Run()
    {
        Exception? error = null;
        try
        {
            using (_stream)
            {
                ReadToEnd();
            }
        }
        catch (Exception e)
        {
            // Of whatever kind: it is thrown again where the receiver reads.
            error = e;
        }

        _pieces.Writer.TryComplete(error);
        _changed();
    }

    private void ReadToEnd()
    {
        while (true)
        {
            var bytes = ArrayPool<byte>.Shared.Rent(PieceBytes);
            var count = _stream.Read(bytes);
            if (count == 0 || !Write((bytes, count)))
            {
                return;
            }

            _changed();
        }
    }

    private bool Write((byte[] Bytes, int Count) piece)
    {
        while (!_pieces.Writer.TryWrite(piece))
        {
            // A thread of our own may wait.
            if (!_pieces.Writer.WaitToWriteAsync().AsTask().GetAwaiter().GetResult())
            {
                return false;
            }
        }

        return true;
    }
}
