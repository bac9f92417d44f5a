using System.Buffers.Text;
using System.Text;

namespace Eventide.Queues.Redis.Protocol;

/// <summary>A value of a reply, read in place. Valid only while the reply's reader runs: what is to be kept is copied.</summary>
internal readonly ref struct RespReply
{
    private readonly ReadOnlySpan<byte> _data;
    private readonly ReadOnlySpan<RespToken> _tokens;
    private readonly int _index;

    /// <summary>Creates a view of a reply's first value.</summary>
    /// <param name="data">The reply's bytes.</param>
    /// <param name="tokens">Its values, as <see cref="RespScanner"/> noted them.</param>
    public RespReply(ReadOnlySpan<byte> data, ReadOnlySpan<RespToken> tokens)
        : this(data, tokens, 0)
    {
    }

    private RespReply(ReadOnlySpan<byte> data, ReadOnlySpan<RespToken> tokens, int index)
    {
        _data = data;
        _tokens = tokens;
        _index = index;
    }

    /// <summary>What it is.</summary>
    public RespType Type => _tokens[_index].Type;

    /// <summary>Whether there is no value.</summary>
    public bool IsNull => Type == RespType.Null;

    /// <summary>Whether it is an error.</summary>
    public bool IsError => Type == RespType.Error;

    /// <summary>How many values belong to an aggregate (a map's names and values each counted); 0 for all else.</summary>
    public int Count => _tokens[_index].IsAggregate ? _tokens[_index].Length : 0;

    /// <summary>The bytes of a value that is not an aggregate.</summary>
    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            var token = _tokens[_index];
            return token.IsAggregate ? throw Unexpected("a string") : _data.Slice(token.Start, token.Length);
        }
    }

    /// <summary>The value as text, UTF-8.</summary>
    public string Text => Encoding.UTF8.GetString(Bytes);

    /// <summary>The value as a whole number; a number sent as text is read too.</summary>
    public long Integer =>
        Utf8Parser.TryParse(Bytes, out long value, out var used) && used == Bytes.Length ? value : throw Unexpected("a whole number");

    /// <summary>The bytes of consecutive values as they came over the wire, the type bytes included.</summary>
    /// <param name="first">The first of them.</param>
    /// <param name="last">The last of them; no aggregate.</param>
    public static ReadOnlySpan<byte> Raw(RespReply first, RespReply last)
    {
        var end = last._tokens[last._index];
        return first._data[first._tokens[first._index].Head..(end.Start + end.Length + 2)];
    }

    /// <summary>The values that belong to an aggregate, in order.</summary>
    public Enumerator GetEnumerator() => new(_data, _tokens, _index);

    /// <summary>The values of an array.</summary>
    /// <param name="atLeast">How many there must be at least.</param>
    /// <returns>A cursor before the first.</returns>
    /// <exception cref="RespProtocolException">It is no array, or a shorter one.</exception>
    public Enumerator Items(int atLeast = 0)
    {
        if (!_tokens[_index].IsAggregate || Count < atLeast)
        {
            throw Unexpected(atLeast == 0 ? "an array" : $"an array of at least {atLeast} values");
        }

        return GetEnumerator();
    }

    /// <summary>The exception for a reply of another shape than the command has.</summary>
    /// <param name="expected">What was expected, in words.</param>
    public RespProtocolException Unexpected(string expected) =>
        new($"The server answered with {Type}{(IsError ? $" '{Text}'" : "")} where {expected} was expected.");

    /// <summary>Walks over the values that belong to an aggregate.</summary>
    public ref struct Enumerator
    {
        private readonly ReadOnlySpan<byte> _data;
        private readonly ReadOnlySpan<RespToken> _tokens;
        private int _left;
        private int _index;
        private int _next;

        internal Enumerator(ReadOnlySpan<byte> data, ReadOnlySpan<RespToken> tokens, int parent)
        {
            _data = data;
            _tokens = tokens;
            _left = tokens[parent].IsAggregate ? tokens[parent].Length : 0;
            _index = parent;
            _next = parent + 1;
        }

        /// <summary>The value stepped on last.</summary>
        public readonly RespReply Current => new(_data, _tokens, _index);

        /// <summary>Steps on.</summary>
        public bool MoveNext()
        {
            if (_left == 0)
            {
                return false;
            }

            _left--;
            _index = _next;

            // Past the value and all that belongs to it: tokens stand parents first, so the ones to pass are counted.
            var pending = 1;
            while (pending > 0)
            {
                pending--;
                var token = _tokens[_next++];
                if (token.IsAggregate)
                {
                    pending += token.Length;
                }
            }

            return true;
        }

        /// <summary>Steps on to a value that must be there.</summary>
        /// <exception cref="RespProtocolException">There is none.</exception>
        public RespReply Next() =>
            MoveNext() ? Current : throw new RespProtocolException("The server's answer has fewer values than expected.");
    }
}
