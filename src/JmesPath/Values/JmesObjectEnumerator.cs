using System.Runtime.InteropServices;

namespace Eventide.JmesPath;

/// <summary>Goes through the members of an object.</summary>
[StructLayout(LayoutKind.Auto)]
public struct JmesObjectEnumerator
{
    private readonly JmesDocument? _document;
    private readonly IReadOnlyList<KeyValuePair<string, JmesValue>>? _computed;
    private readonly int _end;
    private int _next;
    private int _current;

    internal JmesObjectEnumerator(in JmesValue value)
    {
        if (value.Kind != JmesKind.Object) return;
        _document = value.Document;
        if (_document is not null)
        {
            _document.HasDuplicates(value.NodeIndex);
            _next = value.NodeIndex + 1;
            _end = _document.Node(value.NodeIndex).Next;
        }
        else
        {
            _computed = ((JmesObject)value.Source!).Members;
            _end = _computed.Count;
        }
    }

    /// <summary>The member.</summary>
    public readonly JmesMember Current => _document is not null
        ? new(_document.Value(_current), _document.Value(_current + 1))
        : new(JmesValue.FromString(_computed![_current].Key), _computed[_current].Value);

    /// <summary>Goes to the next member; false when there is none.</summary>
    public bool MoveNext()
    {
        while (_next < _end)
        {
            _current = _next;
            if (_document is null)
            {
                _next++;
                return true;
            }
            _next = _document.Node(_current + 1).Next;
            if (!_document.Node(_current).Has(TapeNode.Superseded)) return true;
        }
        return false;
    }

    /// <summary>Itself, for <c>foreach</c>.</summary>
    public readonly JmesObjectEnumerator GetEnumerator() => this;
}
