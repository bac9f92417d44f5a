using System.Buffers;
using System.Runtime.InteropServices;

namespace Eventide.JmesPath.Tests.Documents;

/// <summary>Memory that is no array.</summary>
internal sealed unsafe class NativeBytes : MemoryManager<byte>
{
    private readonly int _length;
    private void* _pointer;

    public NativeBytes(ReadOnlySpan<byte> content)
    {
        _length = content.Length;
        _pointer = NativeMemory.Alloc((nuint)_length);
        content.CopyTo(GetSpan());
    }

    public override Span<byte> GetSpan() => new(_pointer, _length);

    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)_pointer + elementIndex);

    public override void Unpin()
    {
        // Native memory does not move.
    }

    protected override void Dispose(bool disposing)
    {
        NativeMemory.Free(_pointer);
        _pointer = null;
    }
}
