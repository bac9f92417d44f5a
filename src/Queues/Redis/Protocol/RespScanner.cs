using System.Buffers.Text;
using System.Runtime.InteropServices;

namespace Eventide.Queues.Redis.Protocol;

/// <summary>Finds where a reply ends in bytes that arrive piecemeal, and notes each of its values as a <see cref="RespToken"/>.</summary>
/// <remarks>RESP2 and RESP3 by the protocol's published description (redis.io, "Redis serialization protocol specification"), without
/// RESP3's streamed forms and attributes, which no server sends unasked. It never looks at a byte twice, however the reply is cut up, allocates nothing
/// for what a length only promises, and keeps the nesting in an array of its own, so that no reply can overflow the stack.</remarks>
internal sealed class RespScanner(RespLimits limits)
{
    private readonly List<RespToken> _tokens = [];
    private readonly int[] _remaining = new int[limits.MaxDepth];
    private int _depth;
    private int _position;
    private int _lineScanned;
    private int _bulkStart = -1;
    private int _bulkLength;
    private int _bulkHead;
    private RespType _bulkType;

    /// <summary>The values of the reply scanned last, parents before children. Valid until <see cref="Reset"/>.</summary>
    public ReadOnlySpan<RespToken> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>How many bytes of the reply have been scanned; once it is whole, how many bytes it has.</summary>
    public int Position => _position;

    /// <summary>How many bytes the reply has at least, counted from its start, as far as can be told.</summary>
    public int Needed => _bulkStart >= 0 ? _bulkStart + _bulkLength + 2 : _position + 1;

    /// <summary>Whether nothing of a reply has been seen yet.</summary>
    public bool IsAtStart => _position == 0 && _lineScanned == 0;

    /// <summary>Makes ready for the next reply.</summary>
    public void Reset()
    {
        // A giant reply must not pin its token list for the life of the connection.
        if (_tokens.Capacity > 1 << 18)
        {
            _tokens.Capacity = 0;
        }

        _tokens.Clear();
        _depth = 0;
        _position = 0;
        _lineScanned = 0;
        _bulkStart = -1;
    }

    /// <summary>Goes on scanning.</summary>
    /// <param name="data">The reply's bytes from its first on, as many as there are so far.</param>
    /// <returns>Whether the reply is whole.</returns>
    /// <exception cref="RespProtocolException">The bytes are no reply, or one beyond the limits.</exception>
    public bool TryScan(ReadOnlySpan<byte> data)
    {
        while (true)
        {
            bool valueEnded;
            if (_bulkStart >= 0)
            {
                var end = _bulkStart + _bulkLength;
                if (data.Length < end + 2)
                {
                    return false;
                }

                if (data[end] != '\r' || data[end + 1] != '\n')
                {
                    throw new RespProtocolException($"A string of {_bulkLength} bytes is not followed by CR LF.");
                }

                Add(new RespToken(_bulkType, _bulkStart, _bulkLength, _bulkHead));
                _bulkStart = -1;
                _position = end + 2;
                valueEnded = true;
            }
            else
            {
                var searchFrom = Math.Max(_position, _lineScanned);
                if (searchFrom >= data.Length)
                {
                    return false;
                }

                var lineFeed = data[searchFrom..].IndexOf((byte)'\n');
                if (lineFeed < 0)
                {
                    _lineScanned = data.Length;
                    if (data.Length - _position > limits.MaxLineBytes)
                    {
                        throw new RespProtocolException($"A line is longer than {limits.MaxLineBytes} bytes.");
                    }

                    return false;
                }

                var lineEnd = searchFrom + lineFeed;
                var line = data[_position..lineEnd];
                if (line.Length < 2 || line[^1] != '\r')
                {
                    throw new RespProtocolException("A line is empty or does not end with CR LF.");
                }

                if (line.Length > limits.MaxLineBytes)
                {
                    throw new RespProtocolException($"A line is longer than {limits.MaxLineBytes} bytes.");
                }

                var head = _position;
                _position = lineEnd + 1;
                _lineScanned = 0;
                valueEnded = ReadLine(line[0], line[1..^1], head);
            }

            if (_position > limits.MaxReplyBytes)
            {
                throw new RespProtocolException($"A reply is longer than {limits.MaxReplyBytes} bytes.");
            }

            if (valueEnded && EndValue())
            {
                return true;
            }
        }
    }

    /// <returns>Whether the line was a whole value.</returns>
    private bool ReadLine(byte type, ReadOnlySpan<byte> content, int head)
    {
        switch (type)
        {
            case (byte)'+':
                return Line(RespType.SimpleString, content, head);
            case (byte)'-':
                return Line(RespType.Error, content, head);
            case (byte)':':
                // Checked here, so that whoever reads the token can trust it.
                ParseInteger(content);
                return Line(RespType.Integer, content, head);
            case (byte)'$':
                return Bulk(RespType.BulkString, content, head, skip: 0);
            case (byte)'!':
                return Bulk(RespType.Error, content, head, skip: 0);
            case (byte)'=':
                // Verbatim text begins with three letters of format and a colon: "txt:…".
                return Bulk(RespType.BulkString, content, head, skip: 4);
            case (byte)'_' when content.IsEmpty:
                return Line(RespType.Null, content, head);
            case (byte)'#' when content is [(byte)'t'] or [(byte)'f']:
                return Line(RespType.Boolean, content, head);
            case (byte)',':
            case (byte)'(':
                return Line(RespType.Number, content, head);
            case (byte)'*':
            case (byte)'~':
                return Aggregate(RespType.Array, content, head);
            case (byte)'%':
                return Aggregate(RespType.Map, content, head);
            case (byte)'>':
                return Aggregate(RespType.Push, content, head);
            default:
                throw new RespProtocolException(
                    $"A reply begins with byte 0x{type:x2}, which is no RESP type. Is this a Redis server, and is TLS on (rediss://) where the server expects it?");
        }
    }

    private bool Line(RespType type, ReadOnlySpan<byte> content, int head)
    {
        Add(new RespToken(type, head + 1, content.Length, head));
        return true;
    }

    private bool Bulk(RespType type, ReadOnlySpan<byte> content, int head, int skip)
    {
        var length = ParseInteger(content);
        if (length == -1 && skip == 0)
        {
            Add(new RespToken(RespType.Null, _position, 0, head));
            return true;
        }

        if (length < skip || length > limits.MaxReplyBytes - _position)
        {
            throw new RespProtocolException($"A string's length is {length}; expected {skip} to {limits.MaxReplyBytes - _position}.");
        }

        _bulkType = type;
        _bulkStart = _position + skip;
        _bulkLength = (int)length - skip;
        _bulkHead = head;
        return false;
    }

    private bool Aggregate(RespType type, ReadOnlySpan<byte> content, int head)
    {
        var count = ParseInteger(content);
        if (count == -1 && type == RespType.Array)
        {
            Add(new RespToken(RespType.Null, _position, 0, head));
            return true;
        }

        if (type == RespType.Map && count is > 0 and <= int.MaxValue)
        {
            count *= 2;
        }

        if (count < 0 || count > limits.MaxValues)
        {
            throw new RespProtocolException($"An aggregate has {count} values; expected 0 to {limits.MaxValues}.");
        }

        Add(new RespToken(type, _position, (int)count, head));
        if (count == 0)
        {
            return true;
        }

        if (_depth == limits.MaxDepth)
        {
            throw new RespProtocolException($"A reply nests deeper than {limits.MaxDepth} levels.");
        }

        _remaining[_depth++] = (int)count;
        return false;
    }

    /// <returns>Whether the reply as a whole has ended.</returns>
    private bool EndValue()
    {
        while (_depth > 0)
        {
            if (--_remaining[_depth - 1] > 0)
            {
                return false;
            }

            _depth--;
        }

        return true;
    }

    private void Add(RespToken token)
    {
        if (_tokens.Count == limits.MaxValues)
        {
            throw new RespProtocolException($"A reply holds more than {limits.MaxValues} values.");
        }

        _tokens.Add(token);
    }

    private static long ParseInteger(ReadOnlySpan<byte> content)
    {
        var digits = content.Length > 0 && content[0] == '+' ? content[1..] : content;
        return Utf8Parser.TryParse(digits, out long value, out var used) && used == digits.Length && used > 0
            ? value
            : throw new RespProtocolException("A length or an integer is not a number.");
    }
}
