using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Eventide.JmesPath.Syntax;

namespace Eventide.JmesPath;

/// <summary>
/// A JSON value: a place in a <see cref="JmesDocument"/>, or computed. The default is null. A value of a document is valid until that
/// document is loaded again or cleared.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly partial struct JmesValue : IEquatable<JmesValue>
{
    // What _source is tells where the value is kept:
    //   null          null, false, true; a number whose bits are a long
    //   s_double      a number whose bits are a double
    //   JmesDocument  the node of that index
    //   byte[]        UTF-8 text: offset in the high half, length in the low half
    //   string        a string
    //   JmesValue[]   an array: its first _data elements
    //   JmesObject    an object
    //   JmesNode      an expression reference
    private static readonly object s_double = new();

    private readonly object? _source;
    private readonly long _data;
    private readonly JmesKind _kind;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal JmesValue(JmesDocument document, int node, JmesKind kind)
    {
        _source = document;
        _data = node;
        _kind = kind;
    }

    private JmesValue(object? source, long data, JmesKind kind)
    {
        _source = source;
        _data = data;
        _kind = kind;
    }

    /// <summary>Null, which is also the default value.</summary>
    public static JmesValue Null => default;

    /// <summary>False.</summary>
    public static JmesValue False => new(source: null, 0, JmesKind.False);

    /// <summary>True.</summary>
    public static JmesValue True => new(source: null, 0, JmesKind.True);

    /// <summary>The type.</summary>
    public JmesKind Kind => _kind;

    /// <summary>
    /// JMESPath's truth: false for null, false, an empty string, an empty array and an empty object; true for all else, 0 included.
    /// </summary>
    public bool IsTruthy => _kind switch
    {
        JmesKind.Null or JmesKind.False => false,
        JmesKind.True or JmesKind.Number or JmesKind.Expression => true,
        JmesKind.Object when _source is JmesObject computed => computed.Members.Count > 0,
        _ => !IsEmpty,
    };

    /// <summary>The number of an array's elements.</summary>
    /// <exception cref="InvalidOperationException">Not an array.</exception>
    public int Length => _kind != JmesKind.Array ? throw Wrong("an array")
        : _source is JmesDocument document ? document.Node((int)_data).Length : (int)_data;

    /// <summary>An element of an array. On a document's array this walks from the first element: enumerate where all are wanted.</summary>
    /// <param name="index">From 0.</param>
    /// <exception cref="InvalidOperationException">Not an array.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    public JmesValue this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Length);
            return ElementAt(index);
        }
    }

    /// <summary>A boolean.</summary>
    /// <param name="value">True or false.</param>
    public static JmesValue FromBoolean(bool value) => new(source: null, 0, value ? JmesKind.True : JmesKind.False);

    /// <summary>A string.</summary>
    /// <param name="value">The text; a lone surrogate in it reads as U+FFFD.</param>
    /// <exception cref="ArgumentNullException"><paramref name="value"/> is null.</exception>
    public static JmesValue FromString(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(value, 0, JmesKind.String);
    }

    /// <summary>A string from raw, unescaped UTF-8 text.</summary>
    /// <param name="utf8">The text; it must not change while the value is in use.</param>
    /// <exception cref="ArgumentException">Not valid UTF-8.</exception>
    public static JmesValue FromUtf8(ReadOnlyMemory<byte> utf8)
    {
        if (!Utf8.IsValid(utf8.Span)) throw new ArgumentException("The text is not valid UTF-8.", nameof(utf8));
        return FromValidUtf8(utf8);
    }

    /// <summary>A number. Infinities and NaN, which JSON does not have, are written as null.</summary>
    /// <param name="value">The number.</param>
    public static JmesValue FromNumber(double value) => new(s_double, BitConverter.DoubleToInt64Bits(value), JmesKind.Number);

    /// <summary>An integer.</summary>
    /// <param name="value">The number.</param>
    public static JmesValue FromNumber(long value) => new(source: null, value, JmesKind.Number);

    /// <summary>An array.</summary>
    /// <param name="elements">The elements; they must not change while the value is in use.</param>
    /// <exception cref="ArgumentNullException"><paramref name="elements"/> is null.</exception>
    public static JmesValue FromArray(JmesValue[] elements)
    {
        ArgumentNullException.ThrowIfNull(elements);
        return new(elements, elements.Length, JmesKind.Array);
    }

    /// <summary>An object whose members the caller supplies.</summary>
    /// <param name="value">The object.</param>
    /// <exception cref="ArgumentNullException"><paramref name="value"/> is null.</exception>
    public static JmesValue FromObject(JmesObject value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new(value, 0, JmesKind.Object);
    }

    /// <summary>A copy of a value of System.Text.Json.</summary>
    /// <param name="element">The value; an undefined one becomes null.</param>
    /// <exception cref="JmesDocumentException">Invalid UTF-8, or deeper than <see cref="JmesPathOptions.DeepestDocument"/> levels.</exception>
    public static JmesValue FromJson(JsonElement element) => element.ValueKind == JsonValueKind.Undefined
        ? default
        : JmesDocument.Parse(JsonMarshal.GetRawUtf8Value(element).ToArray(), JmesPathOptions.DeepestDocument).Root;

    /// <summary>A string's text.</summary>
    /// <exception cref="InvalidOperationException">Not a string.</exception>
    public string GetString()
    {
        if (_kind != JmesKind.String) throw Wrong("a string");
        if (_source is string text) return text;
        if (TryGetUtf8(out var direct)) return Encoding.UTF8.GetString(direct);
        var scratch = new Utf8Scratch(stackalloc byte[JsonText.OnStack]);
        var result = Encoding.UTF8.GetString(GetUtf8(ref scratch));
        scratch.Dispose();
        return result;
    }

    /// <summary>
    /// A number as an integer, if it is one and lies in the range of 64 bits. <c>1.0</c> and <c>1e2</c> are integers too.
    /// </summary>
    /// <param name="value">The integer, when true is returned.</param>
    public bool TryGetInt64(out long value)
    {
        value = 0;
        if (_kind != JmesKind.Number) return false;
        if (ReadNumber(out value, out var real)) return true;
        if (real != Math.Floor(real) || Math.Abs(real) >= 1L << 53) return false;
        value = (long)real;
        return true;
    }

    /// <summary>A number as the nearest double; infinite where it is beyond the range of a double.</summary>
    /// <exception cref="InvalidOperationException">Not a number.</exception>
    public double GetDouble()
    {
        if (_kind != JmesKind.Number) throw Wrong("a number");
        return ReadNumber(out var integer, out var real) ? integer : real;
    }

    /// <summary>Finds a member of an object; false when there is none or this is no object.</summary>
    /// <param name="utf8Name">The name in UTF-8.</param>
    /// <param name="value">The member's value, when true is returned.</param>
    public bool TryGetMember(ReadOnlySpan<byte> utf8Name, out JmesValue value)
    {
        if (_kind == JmesKind.Object)
        {
            if (_source is JmesDocument document)
            {
                var found = document.FindMember((int)_data, utf8Name);
                if (found >= 0)
                {
                    value = document.Value(found);
                    return true;
                }
            }
            else
            {
                return Unsafe.As<JmesObject>(_source!).TryGetMember(utf8Name, out value);
            }
        }
        value = default;
        return false;
    }

    /// <summary>Finds a member of an object; false when there is none or this is no object.</summary>
    /// <param name="name">The name.</param>
    /// <param name="value">The member's value, when true is returned.</param>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    [SkipLocalsInit]
    public bool TryGetMember(string name, out JmesValue value)
    {
        ArgumentNullException.ThrowIfNull(name);
        var scratch = new Utf8Scratch(stackalloc byte[JsonText.OnStack]);
        var found = TryGetMember(scratch.Encode(name), out value);
        scratch.Dispose();
        return found;
    }

    /// <summary>The elements of an array; none when this is no array.</summary>
    public JmesArrayEnumerator EnumerateArray() => new(this);

    /// <summary>The members of an object, each name once and with its last value; none when this is no object.</summary>
    public JmesObjectEnumerator EnumerateObject() => new(this);

    /// <summary>Evaluates an expression reference, as a registered function that is given one does.</summary>
    /// <param name="current">The value that <c>@</c> stands for.</param>
    /// <exception cref="InvalidOperationException">Not an expression reference.</exception>
    /// <exception cref="JmesPathException">The evaluation failed.</exception>
    public JmesValue Apply(JmesValue current) =>
        _kind == JmesKind.Expression ? JmesExpression.Evaluate(Expression, current) : throw Wrong("an expression reference");

    internal static JmesValue FromValidUtf8(ReadOnlyMemory<byte> utf8)
    {
        if (!MemoryMarshal.TryGetArray(utf8, out var segment) || segment.Array is null) segment = new(utf8.ToArray());
        return new(segment.Array, ((long)segment.Offset << 32) | (uint)segment.Count, JmesKind.String);
    }

    internal static JmesValue FromExpression(JmesNode node) => new(node, 0, JmesKind.Expression);

    /// <summary>An array that is the first elements of a buffer.</summary>
    internal static JmesValue FromArray(JmesValue[] buffer, int count) => new(buffer, count, JmesKind.Array);

    internal JmesDocument? Document
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _source as JmesDocument;
    }

    internal int NodeIndex => (int)_data;

    internal object? Source => _source;

    internal bool IsNumber => _kind == JmesKind.Number;

    internal bool IsString => _kind == JmesKind.String;

    /// <summary>The referenced expression.</summary>
    internal JmesNode Expression => Unsafe.As<JmesNode>(_source!);

    internal ReadOnlySpan<JmesValue> ComputedElements => new((JmesValue[])_source!, 0, (int)_data);

    private bool IsEmpty => _source switch
    {
        JmesDocument document => document.Node((int)_data).Length == 0,
        string text => text.Length == 0,
        _ => (int)_data == 0,
    };

    /// <summary>An element of an array, counted from 0; the index is in range.</summary>
    internal JmesValue ElementAt(int index)
    {
        if (_source is not JmesDocument document) return ((JmesValue[])_source!)[index];
        var node = (int)_data + 1;
        for (; index > 0; index--) node = document.Node(node).Next;
        return document.Value(node);
    }

    /// <summary>The number of an object's different names.</summary>
    internal int CountMembers() =>
        _source is JmesDocument document ? document.CountMembers((int)_data) : ((JmesObject)_source!).Members.Count;

    /// <summary>A string's UTF-8 text, where it lies somewhere as such.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryGetUtf8(out ReadOnlySpan<byte> text)
    {
        if (_source is JmesDocument document)
        {
            ref var node = ref document.Node((int)_data);
            if (!node.Has(TapeNode.Escaped))
            {
                text = document.Raw(node);
                return true;
            }
        }
        else if (_source is byte[] bytes)
        {
            text = new(bytes, (int)(_data >> 32), (int)_data);
            return true;
        }
        text = default;
        return false;
    }

    /// <summary>A string's UTF-8 text, unescaped or encoded in the scratch memory if it lies nowhere as such.</summary>
    internal ReadOnlySpan<byte> GetUtf8(ref Utf8Scratch scratch)
    {
        if (TryGetUtf8(out var direct)) return direct;
        return _source is string text ? scratch.Encode(text) : scratch.Unescape(Document!.Raw(Document.Node((int)_data)));
    }

    /// <summary>A number as it is written in the document; empty for a computed one.</summary>
    internal ReadOnlySpan<byte> NumberText => _source is JmesDocument document ? document.Raw(document.Node((int)_data)) : default;

    /// <summary>Reads a number: true and the exact integer if it is written as one of 64 bits, otherwise false and the nearest double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool ReadNumber(out long integer, out double real)
    {
        if (_source is JmesDocument document)
        {
            ref var node = ref document.Node((int)_data);
            return JsonNumber.Read(document.Raw(node), node.Has(TapeNode.Integer), out integer, out real);
        }
        integer = _data;
        real = BitConverter.Int64BitsToDouble(_data);
        return _source is null;
    }

    [SuppressMessage("Usage", "MA0015:Specify the parameter name in ArgumentException", Justification = "There is no parameter.")]
    private InvalidOperationException Wrong(string expected) =>
        new(string.Create(CultureInfo.InvariantCulture, $"The value is not {expected}; its kind is {_kind}."));
}
