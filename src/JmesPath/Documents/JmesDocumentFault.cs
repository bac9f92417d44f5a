namespace Eventide.JmesPath;

/// <summary>The ways in which a text can fail to be one JSON value (RFC 8259).</summary>
public enum JmesDocumentFault
{
    /// <summary>None: the text is a document.</summary>
    None,

    /// <summary>Nothing but white space.</summary>
    Empty,

    /// <summary>A UTF-8 byte-order mark at the start.</summary>
    ByteOrderMark,

    /// <summary>Bytes that are not UTF-8.</summary>
    InvalidUtf8,

    /// <summary>The text ends inside a value.</summary>
    UnexpectedEnd,

    /// <summary>Something else stands where a value must.</summary>
    ExpectedValue,

    /// <summary>Something else stands where a member name must.</summary>
    ExpectedName,

    /// <summary>Something else stands where the colon after a name must.</summary>
    ExpectedColon,

    /// <summary>Something else stands where an array goes on or ends.</summary>
    ExpectedCommaOrBracket,

    /// <summary>Something else stands where an object goes on or ends.</summary>
    ExpectedCommaOrBrace,

    /// <summary>A malformed number, such as <c>01</c>, <c>1.</c> or <c>-</c>.</summary>
    InvalidNumber,

    /// <summary>A malformed escape sequence in a string.</summary>
    InvalidEscape,

    /// <summary>A raw control character in a string.</summary>
    ControlCharacter,

    /// <summary>Something after the value.</summary>
    TrailingContent,

    /// <summary>More nesting than the document's bound.</summary>
    TooDeep,

    /// <summary>More values than a document can index.</summary>
    TooLarge,
}
