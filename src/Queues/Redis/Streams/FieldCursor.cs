using System.Buffers.Text;

namespace Eventide.Queues.Redis;

/// <summary>Walks over the fields of a <see cref="RawEntry"/> without copying them.</summary>
/// <remarks>The bytes have been through <see cref="Protocol.RespScanner"/>: each string is <c>$length CR LF bytes CR LF</c>.</remarks>
internal struct FieldCursor(byte[] fields)
{
    private int _position;

    /// <summary>The current field's name.</summary>
    public ReadOnlyMemory<byte> Name { get; private set; }

    /// <summary>The current field's value.</summary>
    public ReadOnlyMemory<byte> Value { get; private set; }

    /// <summary>Steps on.</summary>
    public bool MoveNext()
    {
        if (_position >= fields.Length)
        {
            return false;
        }

        Name = Next();
        Value = Next();
        return true;
    }

    private ReadOnlyMemory<byte> Next()
    {
        if (!Utf8Parser.TryParse(fields.AsSpan(_position + 1), out int length, out var digits))
        {
            throw new InvalidOperationException($"An entry's field at byte {_position} has no length; its bytes were changed.");
        }

        var start = _position + 1 + digits + 2;
        _position = start + length + 2;
        return fields.AsMemory(start, length);
    }
}
