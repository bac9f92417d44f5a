using System.Buffers;
using System.Text;

namespace Eventide.JmesPath;

/// <summary>Memory for one string's UTF-8 text: the caller's stack where it suffices, rented otherwise.</summary>
internal ref struct Utf8Scratch(Span<byte> initial)
{
    private Span<byte> _buffer = initial;
    private byte[]? _rented;

    public ReadOnlySpan<byte> Encode(string text)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        return _buffer[..Encoding.UTF8.GetBytes(text, _buffer)];
    }

    public ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> escaped)
    {
        Reserve(escaped.Length);
        return _buffer[..JsonText.Unescape(escaped, _buffer)];
    }

    public void Dispose()
    {
        if (_rented is null) return;
        ArrayPool<byte>.Shared.Return(_rented);
        _rented = null;
    }

    private void Reserve(int size)
    {
        if (size <= _buffer.Length) return;
        Dispose();
        _buffer = _rented = ArrayPool<byte>.Shared.Rent(size);
    }
}
