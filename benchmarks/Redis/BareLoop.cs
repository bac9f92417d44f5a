using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Unicode;

namespace Eventide.Benchmarks.Redis;

/// <summary>The yardstick: XREADGROUP and XACK over a plain socket, reading nothing of an entry but its id. It makes no messages, has no lease,
/// no timeout, no second connection, and no use for a reply that is cut in an unexpected place other than to wait for more.</summary>
internal sealed class BareLoop(string host, int port) : IDisposable
{
    private readonly Socket _socket = Connect(host, port);
    private byte[] _buffer = new byte[1 << 20];
    private int _length;

    public static Socket Connect(string host, int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(host, port);
        return socket;
    }

    /// <summary>Takes and acknowledges until nothing is left.</summary>
    public long Drain(string stream, string group, int batch)
    {
        var read = Command("XREADGROUP", "GROUP", group, "bare", "COUNT", $"{batch}", "STREAMS", stream, ">");
        var ids = new List<byte[]>(batch);
        long total = 0;
        while (true)
        {
            _socket.Send(read);
            ids.Clear();
            if (!ReadEntries(ids))
            {
                return total;
            }

            var acknowledge = new ArrayBufferWriter<byte>(64 * 1024);
            acknowledge.Write(Encoding.ASCII.GetBytes(
                $"*{ids.Count + 3}\r\n$4\r\nXACK\r\n${stream.Length}\r\n{stream}\r\n${group.Length}\r\n{group}\r\n"));
            foreach (var id in ids)
            {
                var span = acknowledge.GetSpan(64);
                Utf8.TryWrite(span, CultureInfo.InvariantCulture, $"${id.Length}\r\n", out var head);
                id.CopyTo(span[head..]);
                "\r\n"u8.CopyTo(span[(head + id.Length)..]);
                acknowledge.Advance(head + id.Length + 2);
            }

            _socket.Send(acknowledge.WrittenSpan);
            Fill(":"u8);
            total += ids.Count;
        }
    }

    public void Dispose() => _socket.Dispose();

    private static byte[] Command(params string[] words) =>
        Encoding.ASCII.GetBytes($"*{words.Length}\r\n{string.Concat(words.Select(w => $"${w.Length}\r\n{w}\r\n"))}");

    /// <summary>Receives until the reply is whole: a reply to this loop's commands ends with CR LF and holds all that it promises.</summary>
    private void Fill(ReadOnlySpan<byte> type)
    {
        _length = 0;
        do
        {
            _length += _socket.Receive(_buffer.AsSpan(_length));
        }
        while (_buffer[_length - 1] != '\n');
        if (!_buffer.AsSpan(0, _length).StartsWith(type))
        {
            throw new InvalidOperationException(Encoding.UTF8.GetString(_buffer, 0, Math.Min(200, _length)));
        }
    }

    private bool ReadEntries(List<byte[]> ids)
    {
        _length = 0;
        while (true)
        {
            if (_length == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            _length += _socket.Receive(_buffer.AsSpan(_length));
            var data = _buffer.AsSpan(0, _length);
            if (data.SequenceEqual("*-1\r\n"u8))
            {
                return false;
            }

            ids.Clear();
            if (data[^1] == '\n' && TryParse(data, ids))
            {
                return true;
            }
        }
    }

    /// <summary>*1 [*2 [$stream, *n [*2 [$id, *m [$…]]]]]</summary>
    private static bool TryParse(ReadOnlySpan<byte> data, List<byte[]> ids)
    {
        var at = 0;
        if (!Number(data, ref at, out _) || !Number(data, ref at, out _) || !Bulk(data, ref at, out _) || !Number(data, ref at, out var entries))
        {
            return false;
        }

        for (var i = 0; i < entries; i++)
        {
            if (!Number(data, ref at, out _) || !Bulk(data, ref at, out var id) || !Number(data, ref at, out var fields))
            {
                return false;
            }

            ids.Add(id.ToArray());
            for (var f = 0; f < fields; f++)
            {
                if (!Bulk(data, ref at, out _))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private static bool Number(ReadOnlySpan<byte> data, ref int at, out int value)
    {
        value = 0;
        var end = at < data.Length ? data[at..].IndexOf((byte)'\n') : -1;
        if (end < 0)
        {
            return false;
        }

        if (!Utf8Parser.TryParse(data[(at + 1)..], out value, out _))
        {
            throw new InvalidOperationException("The server sent a length that is no number.");
        }

        at += end + 1;
        return true;
    }

    private static bool Bulk(ReadOnlySpan<byte> data, ref int at, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!Number(data, ref at, out var length) || at + length + 2 > data.Length)
        {
            return false;
        }

        value = data.Slice(at, length);
        at += length + 2;
        return true;
    }
}
