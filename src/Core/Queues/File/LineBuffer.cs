namespace Eventide.Queues;

/// <summary>Cuts a stream of bytes into lines without copying them: a line is a slice of the chunk it was read into. A chunk
/// is never written again once a line of it was given out, and lives as long as a line of it does.</summary>
internal sealed class LineBuffer
{
    /// <summary>Below the 85,000 bytes from which arrays go to the large object heap, which only full collections empty.</summary>
    internal const int ChunkBytes = 80 * 1024;

    /// <summary>How much of an over-long line is kept.</summary>
    internal const int TruncatedBytes = 64 * 1024;

    private readonly int _maxLineBytes;
    private byte[] _chunk = [];
    private int _start;
    private int _scanned;
    private int _end;
    private bool _completed;
    private bool _atFirstLine = true;
    private byte[]? _truncated;
    private long _skipped;

    public LineBuffer(int maxLineBytes) => _maxLineBytes = maxLineBytes;

    /// <summary>The number of the line given out last, from 1.</summary>
    public long LineNumber { get; private set; }

    /// <summary>Whether there are bytes that were not given out yet.</summary>
    public bool HasRest => _start < _end || _truncated is not null;

    /// <summary>Where the next bytes of the stream are to be put; never empty. To be followed by <see cref="Advance"/>.</summary>
    public Memory<byte> GetSpace()
    {
        if (_end == _chunk.Length)
        {
            var pending = _end - _start;
            MoveTo(pending <= ChunkBytes / 2 ? ChunkBytes : (int)Math.Min(pending * 2L, _maxLineBytes + 2L * ChunkBytes));
        }

        // Small reads also into a large chunk: what follows a long line in it is then little.
        return _chunk.AsMemory(_end, Math.Min(_chunk.Length - _end, ChunkBytes));
    }

    /// <summary>Takes note of bytes put into <see cref="GetSpace"/>; none means that the stream has ended.</summary>
    public void Advance(int count)
    {
        _end += count;
        _completed |= count == 0;
    }

    /// <summary>Gives out the next line, without its line end.</summary>
    /// <param name="line">The line, or its beginning where <paramref name="truncatedFrom"/> is above zero.</param>
    /// <param name="truncatedFrom">The length of the whole line where it is longer than allowed, else zero.</param>
    /// <returns>Whether there was a whole line.</returns>
    public bool TryRead(out ReadOnlyMemory<byte> line, out long truncatedFrom)
    {
        truncatedFrom = 0;
        var found = _chunk.AsSpan(_scanned, _end - _scanned).IndexOf((byte)'\n');
        int stop, next;
        if (found >= 0)
        {
            stop = _scanned + found;
            next = stop + 1;
        }
        else if (_completed && HasRest)
        {
            stop = next = _end;
        }
        else
        {
            _scanned = _end;
            SkipOverlong();
            line = default;
            return false;
        }

        if (stop > _start && _chunk[stop - 1] == (byte)'\r')
        {
            stop--;
        }

        if (_atFirstLine)
        {
            SkipByteOrderMark(stop);
        }

        LineNumber++;
        line = _chunk.AsMemory(_start, stop - _start);
        if (_truncated is not null || line.Length > _maxLineBytes)
        {
            truncatedFrom = _skipped + line.Length;
            line = _truncated ?? line.Span[..Math.Min(TruncatedBytes, _maxLineBytes)].ToArray();
            _truncated = null;
            _skipped = 0;
        }

        _start = next;
        _scanned = next;
        if (_chunk.Length > ChunkBytes && _end - _start <= ChunkBytes)
        {
            // The rest goes elsewhere, so that small messages do not keep a large line's memory.
            MoveTo(ChunkBytes);
        }

        return true;
    }

    /// <summary>Goes on in a fresh chunk, taking along what was not given out yet.</summary>
    private void MoveTo(int size)
    {
        var pending = _end - _start;
        var fresh = GC.AllocateUninitializedArray<byte>(size);
        _chunk.AsSpan(_start, pending).CopyTo(fresh);
        _chunk = fresh;
        _scanned -= _start;
        _start = 0;
        _end = pending;
    }

    private void SkipByteOrderMark(int stop)
    {
        _atFirstLine = false;
        if (_chunk.AsSpan(_start, stop - _start).StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
        {
            _start += 3;
        }
    }

    /// <summary>Drops what is there of a line that is too long already, keeping its beginning.</summary>
    private void SkipOverlong()
    {
        var pending = _end - _start;

        // Room for a byte-order mark and the CR of a line end, neither of which counts.
        if (_truncated is null && pending <= _maxLineBytes + 4L)
        {
            return;
        }

        if (_truncated is null && _atFirstLine)
        {
            SkipByteOrderMark(_end);
            pending = _end - _start;
        }

        _truncated ??= _chunk.AsSpan(_start, Math.Min(TruncatedBytes, _maxLineBytes)).ToArray();

        // The last byte stays: it may be the CR of a line end.
        _skipped += pending - 1;
        _start = _end - 1;
        _scanned = _end;
    }
}
