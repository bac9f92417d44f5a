using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Eventide.JmesPath;

/// <summary>Goes through the elements of an array.</summary>
[StructLayout(LayoutKind.Auto)]
public struct JmesArrayEnumerator
{
    private readonly JmesDocument? _document;
    private readonly JmesValue[]? _computed;
    private readonly int _end;
    private int _next;
    private int _current;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal JmesArrayEnumerator(in JmesValue array)
    {
        if (array.Kind != JmesKind.Array) return;
        _document = array.Document;
        if (_document is not null)
        {
            _next = array.NodeIndex + 1;
            _end = _document.Node(array.NodeIndex).Next;
        }
        else
        {
            _computed = Unsafe.As<JmesValue[]>(array.Source);
            _end = array.Length;
        }
    }

    /// <summary>The element.</summary>
    public readonly JmesValue Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _document is not null ? _document.Value(_current) : _computed![_current];
    }

    /// <summary>Goes to the next element; false when there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool MoveNext()
    {
        if (_next >= _end) return false;
        _current = _next;
        _next = _document is not null ? _document.Node(_current).Next : _next + 1;
        return true;
    }

    /// <summary>Itself, for <c>foreach</c>.</summary>
    public readonly JmesArrayEnumerator GetEnumerator() => this;
}
