using System.Text;
using Eventide.Queues.Redis.Protocol;

namespace Eventide.Queues.Redis.Tests.Protocol;

public sealed class RespScannerTests
{
    /// <summary>Replies of every kind, and what they read as.</summary>
    public static TheoryData<string, string> Replies => new()
    {
        { "+OK\r\n", "OK" },
        { "+\r\n", "" },
        { "-ERR wrong\r\n", "!ERR wrong" },
        { ":-42\r\n", "-42" },
        { ":+7\r\n", "+7" },
        { "$5\r\nhe\r\no\r\n", "he\r\no" },
        { "$0\r\n\r\n", "" },
        { "$-1\r\n", "nil" },
        { "*-1\r\n", "nil" },
        { "_\r\n", "nil" },
        { "*0\r\n", "[]" },
        { "*3\r\n:1\r\n$1\r\na\r\n*1\r\n+b\r\n", "[1,a,[b]]" },
        { "*2\r\n*0\r\n*2\r\n*1\r\n*0\r\n:5\r\n", "[[],[[[]],5]]" },
        { "#t\r\n", "t" },
        { ",1.5\r\n", "1.5" },
        { "(12345678901234567890\r\n", "12345678901234567890" },
        { "!7\r\nERR bad\r\n", "!ERR bad" },
        { "=7\r\ntxt:abc\r\n", "abc" },
        { "%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n:2\r\n", "{a,1,b,[2]}" },
        { "~2\r\n:1\r\n:2\r\n", "[1,2]" },
        { ">2\r\n+invalidate\r\n*-1\r\n", ">invalidate,nil<" },
        { "*1\r\n*2\r\n$6\r\norders\r\n*1\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$4\r\nbody\r\n$2\r\n{}\r\n", "[[orders,[[1-1,[body,{}]]]]]" },
    };

    [Theory]
    [MemberData(nameof(Replies))]
    public void Every_reply_is_read_whole(string reply, string expected) => Assert.Equal(expected, Scan(Bytes(reply)));

    [Theory]
    [MemberData(nameof(Replies))]
    public void A_reply_cut_anywhere_is_read_the_same_and_never_early(string reply, string expected)
    {
        var bytes = Bytes(reply);
        for (var cut = 0; cut < bytes.Length; cut++)
        {
            var scanner = new RespScanner(RespLimits.Default);
            Assert.False(scanner.TryScan(bytes.AsSpan(0, cut)), $"{cut} of {bytes.Length} bytes were taken for the whole.");
            Assert.InRange(scanner.Needed, cut == 0 ? 0 : 1, bytes.Length);
            Assert.True(scanner.TryScan(bytes));
            Assert.Equal(bytes.Length, scanner.Position);
            Assert.Equal(expected, Show(new RespReply(bytes, scanner.Tokens)));
        }
    }

    [Fact]
    public void Replies_that_come_byte_by_byte_one_after_the_other_are_told_apart()
    {
        var all = Bytes(string.Concat(Replies.Select(r => r.Data.Item1)));
        var scanner = new RespScanner(RespLimits.Default);
        var seen = new List<string>();
        var start = 0;
        for (var end = 1; end <= all.Length; end++)
        {
            if (scanner.TryScan(all.AsSpan(start, end - start)))
            {
                seen.Add(Show(new RespReply(all.AsSpan(start, scanner.Position), scanner.Tokens)));
                start += scanner.Position;
                scanner.Reset();
            }
        }

        Assert.Equal(Replies.Select(r => r.Data.Item2), seen, StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("\r\n")]
    [InlineData("+OK\n")]
    [InlineData("\n")]
    [InlineData(":\r\n")]
    [InlineData(":abc\r\n")]
    [InlineData(":1 \r\n")]
    [InlineData(":99999999999999999999\r\n")]
    [InlineData("$-2\r\n")]
    [InlineData("$abc\r\n")]
    [InlineData("$3\r\nabcde")]
    [InlineData("$99999999999999999999\r\n")]
    [InlineData("$4294967296\r\n")]
    [InlineData("*-2\r\n")]
    [InlineData("*2147483648\r\n")]
    [InlineData("*9223372036854775807\r\n")]
    [InlineData("%9223372036854775807\r\n")]
    [InlineData("%-1\r\n")]
    [InlineData("=2\r\nab\r\n")]
    [InlineData("=-1\r\n")]
    [InlineData("#x\r\n")]
    [InlineData("_x\r\n")]
    [InlineData("$?\r\n")]
    [InlineData("|1\r\n+a\r\n+b\r\n+OK\r\n")]
    [InlineData("\u0016\u0003\u0001\r\n")]
    public void What_is_no_reply_is_refused(string text) =>
        Assert.Throws<RespProtocolException>(() => new RespScanner(RespLimits.Default).TryScan(Bytes(text)));

    [Fact]
    public void Nesting_is_bounded()
    {
        var limits = RespLimits.Default;
        Assert.Equal(new string('[', limits.MaxDepth) + "1" + new string(']', limits.MaxDepth), Scan(Bytes(string.Concat(Enumerable.Repeat("*1\r\n", limits.MaxDepth)) + ":1\r\n")));
        Assert.Throws<RespProtocolException>(() => Scan(Bytes(string.Concat(Enumerable.Repeat("*1\r\n", 10_000)) + ":1\r\n")));
    }

    [Fact]
    public void Lines_values_and_whole_replies_are_bounded()
    {
        var limits = new RespLimits { MaxLineBytes = 100, MaxReplyBytes = 1000, MaxValues = 50 };
        Assert.Throws<RespProtocolException>(() => new RespScanner(limits).TryScan(Bytes("+" + new string('x', 101))));
        Assert.Throws<RespProtocolException>(() => new RespScanner(limits).TryScan(Bytes("$1001\r\n")));
        Assert.Throws<RespProtocolException>(() => new RespScanner(limits).TryScan(Bytes("*51\r\n")));
        Assert.Throws<RespProtocolException>(() => new RespScanner(limits).TryScan(Bytes("*30\r\n" + string.Concat(Enumerable.Repeat("*2\r\n:1\r\n:1\r\n", 30)))));
        Assert.Throws<RespProtocolException>(() => new RespScanner(limits).TryScan(Bytes("*40\r\n" + string.Concat(Enumerable.Repeat("$90\r\n" + new string('x', 90) + "\r\n", 40)))));
    }

    [Fact]
    public void A_length_that_only_promises_costs_no_memory()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Assert.False(new RespScanner(RespLimits.Default).TryScan("*16000000\r\n$1000000000\r\n"u8));
        }

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Fact]
    public void Broken_replies_are_refused_or_read_but_never_crash_or_read_beyond_their_end()
    {
        var seeds = Replies.Select(r => Bytes(r.Data.Item1)).ToArray();
        var random = new Random(20261103);
        var limits = new RespLimits { MaxReplyBytes = 1 << 16, MaxValues = 1000, MaxLineBytes = 200, MaxDepth = 8 };
        int refused = 0, read = 0, unfinished = 0;
        for (var round = 0; round < 200_000; round++)
        {
            var bytes = Mutate(seeds[random.Next(seeds.Length)], seeds, random);
            var scanner = new RespScanner(limits);
            try
            {
                // In two pieces, as they may come.
                if (scanner.TryScan(bytes.AsSpan(0, random.Next(bytes.Length + 1))) || scanner.TryScan(bytes))
                {
                    Assert.InRange(scanner.Position, 1, bytes.Length);
                    Show(new RespReply(bytes.AsSpan(0, scanner.Position), scanner.Tokens));
                    read++;
                }
                else
                {
                    unfinished++;
                }
            }
            catch (RespProtocolException)
            {
                refused++;
            }
        }

        // All three happen, or the mutations are not worth the name.
        Assert.True(refused > 10_000 && read > 10_000 && unfinished > 10_000, $"{refused} refused, {read} read, {unfinished} unfinished");
    }

    [Fact]
    public void Replies_of_another_shape_than_the_command_has_are_named_not_misread()
    {
        var seeds = Replies.Select(r => Bytes(r.Data.Item1)).ToArray();
        var random = new Random(20261104);
        RespReader<object>[] readers =
        [
            EntryReplies.ReadGroup, EntryReplies.Entries, EntryReplies.Delivered, EntryReplies.Sweep, EntryReplies.Places,
            static r => r.Integer, static r => r.Text,
        ];
        for (var round = 0; round < 50_000; round++)
        {
            var bytes = Mutate(seeds[random.Next(seeds.Length)], seeds, random);
            var scanner = new RespScanner(new RespLimits { MaxReplyBytes = 1 << 16, MaxValues = 1000 });
            try
            {
                if (scanner.TryScan(bytes))
                {
                    readers[round % readers.Length](new RespReply(bytes.AsSpan(0, scanner.Position), scanner.Tokens));
                }
            }
            catch (RespProtocolException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    private static byte[] Mutate(byte[] seed, byte[][] seeds, Random random)
    {
        var bytes = seed.ToList();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            switch (random.Next(5))
            {
                case 0 when bytes.Count > 0:
                    bytes[random.Next(bytes.Count)] = (byte)random.Next(256);
                    break;
                case 1 when bytes.Count > 0:
                    bytes.RemoveAt(random.Next(bytes.Count));
                    break;
                case 2:
                    bytes.Insert(random.Next(bytes.Count + 1), (byte)"0123456789-+*$%\r\n"[random.Next(17)]);
                    break;
                case 3:
                    bytes.InsertRange(random.Next(bytes.Count + 1), seeds[random.Next(seeds.Length)]);
                    break;
                default:
                    bytes.RemoveRange(random.Next(bytes.Count + 1) is var at && at < bytes.Count ? at : 0, Math.Min(1, bytes.Count));
                    break;
            }
        }

        return [.. bytes];
    }

    private static string Scan(byte[] bytes)
    {
        var scanner = new RespScanner(RespLimits.Default);
        Assert.True(scanner.TryScan(bytes));
        Assert.Equal(bytes.Length, scanner.Position);
        return Show(new RespReply(bytes, scanner.Tokens));
    }

    private static string Show(RespReply reply)
    {
        switch (reply.Type)
        {
            case RespType.Null:
                return "nil";
            case RespType.Error:
                return "!" + reply.Text;
            case RespType.Array:
            case RespType.Map:
            case RespType.Push:
                var parts = new List<string>();
                foreach (var item in reply)
                {
                    parts.Add(Show(item));
                }

                var (open, close) = reply.Type switch { RespType.Map => ('{', '}'), RespType.Push => ('>', '<'), _ => ('[', ']') };
                return $"{open}{string.Join(',', parts)}{close}";
            default:
                return reply.Text;
        }
    }

    private static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);
}
