using System.Globalization;
using System.Runtime.InteropServices;

namespace Eventide.JmesPath;

/// <summary>Why a text is not a JSON document, and where.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct JmesDocumentError
{
    internal JmesDocumentError(JmesDocumentFault fault, long position, int maxDepth = 0)
    {
        Fault = fault;
        Position = position;
        MaxDepth = maxDepth;
    }

    /// <summary>What was found.</summary>
    public JmesDocumentFault Fault { get; }

    /// <summary>The offending byte, from 0; the text's length when it ends too early.</summary>
    public long Position { get; }

    /// <summary>The bound that was exceeded, when the fault is <see cref="JmesDocumentFault.TooDeep"/>.</summary>
    public int MaxDepth { get; }

    /// <summary>What was wrong and what was expected, in one sentence without the position.</summary>
    public string Reason => Fault switch
    {
        JmesDocumentFault.None => "",
        JmesDocumentFault.Empty => "The text is empty; one JSON value was expected",
        JmesDocumentFault.ByteOrderMark => "The text starts with a byte-order mark (EF BB BF); remove it first",
        JmesDocumentFault.InvalidUtf8 => "The text is not valid UTF-8",
        JmesDocumentFault.UnexpectedEnd => "The text ends in the middle of a JSON value",
        JmesDocumentFault.ExpectedValue => "A JSON value was expected: an object, an array, a string, a number, true, false or null",
        JmesDocumentFault.ExpectedName => "A member name in double quotes was expected",
        JmesDocumentFault.ExpectedColon => "A colon was expected after the member name",
        JmesDocumentFault.ExpectedCommaOrBracket => "A comma or a closing ']' was expected after the array's element",
        JmesDocumentFault.ExpectedCommaOrBrace => "A comma or a closing '}' was expected after the object's member",
        JmesDocumentFault.InvalidNumber => "A number is not written as JSON writes it",
        JmesDocumentFault.InvalidEscape => "A string holds an escape sequence that JSON does not have",
        JmesDocumentFault.ControlCharacter => "A string holds a control character; JSON wants it escaped",
        JmesDocumentFault.TrailingContent => "There is more text after the JSON value; exactly one value was expected",
        JmesDocumentFault.TooDeep => string.Create(CultureInfo.InvariantCulture, $"The text nests arrays and objects deeper than {MaxDepth} levels"),
        _ => "The text is too large for one document",
    };

    /// <summary>The reason and the position.</summary>
    public override string ToString() =>
        Fault == JmesDocumentFault.None ? "" : string.Create(CultureInfo.InvariantCulture, $"{Reason} (byte {Position})");
}
