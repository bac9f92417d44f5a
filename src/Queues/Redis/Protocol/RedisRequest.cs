using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Eventide.Queues.Redis.Protocol;

/// <summary>One command being written: an array of strings, as every command is in RESP2 and RESP3.</summary>
internal sealed class RedisRequest
{
    private readonly ArrayBufferWriter<byte> _buffer;
    private int _count;

    /// <summary>Begins a command.</summary>
    /// <param name="name">The command's name, or its first word.</param>
    /// <param name="capacity">About how many bytes it will have.</param>
    public RedisRequest(string name, int capacity = 256)
    {
        _buffer = new ArrayBufferWriter<byte>(Math.Max(capacity, 64));
        Name = name;
        Add(name);
    }

    /// <summary>The command's first word, for messages.</summary>
    public string Name { get; }

    /// <summary>How many bytes the command has so far, about.</summary>
    public int Length => _buffer.WrittenCount;

    /// <summary>Adds an argument.</summary>
    public RedisRequest Add(ReadOnlySpan<byte> value)
    {
        var span = _buffer.GetSpan(value.Length + 16);
        var at = WriteLength(span, (byte)'$', value.Length);
        value.CopyTo(span[at..]);
        at += value.Length;
        span[at++] = (byte)'\r';
        span[at++] = (byte)'\n';
        _buffer.Advance(at);
        _count++;
        return this;
    }

    /// <summary>Adds an argument.</summary>
    public RedisRequest Add(string value)
    {
        var length = Encoding.UTF8.GetByteCount(value);
        var span = _buffer.GetSpan(length + 16);
        var at = WriteLength(span, (byte)'$', length);
        at += Encoding.UTF8.GetBytes(value, span[at..]);
        span[at++] = (byte)'\r';
        span[at++] = (byte)'\n';
        _buffer.Advance(at);
        _count++;
        return this;
    }

    /// <summary>Adds an argument.</summary>
    public RedisRequest Add(long value)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out var written);
        return Add(digits[..written]);
    }

    /// <summary>Copies the finished command.</summary>
    /// <param name="output">Where to.</param>
    public void WriteTo(IBufferWriter<byte> output)
    {
        Span<byte> head = stackalloc byte[16];
        var headLength = WriteLength(head, (byte)'*', _count);
        output.Write(head[..headLength]);
        output.Write(_buffer.WrittenSpan);
    }

    private static int WriteLength(Span<byte> span, byte type, int value)
    {
        span[0] = type;
        Utf8Formatter.TryFormat(value, span[1..], out var written);
        span[written + 1] = (byte)'\r';
        span[written + 2] = (byte)'\n';
        return written + 3;
    }
}
