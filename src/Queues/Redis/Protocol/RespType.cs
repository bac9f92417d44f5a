namespace Eventide.Queues.Redis.Protocol;

/// <summary>The kinds of value of RESP2 and RESP3, as far as a reader of replies has to tell them apart.</summary>
internal enum RespType : byte
{
    /// <summary>No value: RESP3's <c>_</c>, RESP2's <c>$-1</c> and <c>*-1</c>.</summary>
    Null,

    /// <summary>A status line, <c>+OK</c>.</summary>
    SimpleString,

    /// <summary>An error, <c>-ERR …</c> or RESP3's <c>!</c>.</summary>
    Error,

    /// <summary>An integer, <c>:1</c>.</summary>
    Integer,

    /// <summary>Bytes with their length, <c>$3</c>, and RESP3's verbatim text, <c>=</c>.</summary>
    BulkString,

    /// <summary>RESP3's <c>,</c> and <c>(</c>: a number as text.</summary>
    Number,

    /// <summary>RESP3's <c>#t</c> and <c>#f</c>.</summary>
    Boolean,

    /// <summary>An array, <c>*</c>, or RESP3's set, <c>~</c>.</summary>
    Array,

    /// <summary>RESP3's map, <c>%</c>: names and values in turn.</summary>
    Map,

    /// <summary>RESP3's push, <c>&gt;</c>: not a reply to anything.</summary>
    Push,
}
