using System.Collections.Concurrent;

namespace Eventide.Core.Tests.Queues;

/// <summary>A standard input that says nothing until it is told to: reads block, as they do on a terminal.</summary>
internal sealed class GatedStream : Stream
{
    private readonly BlockingCollection<byte[]> _pieces = [];

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public void Say(string text) => _pieces.Add(System.Text.Encoding.UTF8.GetBytes(text));

    public void End() => _pieces.CompleteAdding();

    public override int Read(Span<byte> buffer)
    {
        if (!_pieces.TryTake(out var piece, Timeout.Infinite))
        {
            return 0;
        }

        piece.CopyTo(buffer);
        return piece.Length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
