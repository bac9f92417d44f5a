using System.Text;
using System.Text.Json;

namespace Eventide.JmesPath.Tests.Documents;

public class JmesDocumentTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("false")]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("-1.5e+3")]
    [InlineData("\"\"")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("[[],{},[[]],{\"a\":{}}]")]
    [InlineData("{\"a\":[1,2,{\"b\":null}],\"c\":\"\\u00e9\\n\"}")]
    [InlineData("\"a string that is longer than one vector of the widest kind, and then some more of it\"")]
    [InlineData("\"quote at the very end of a block\\\"0123456789\"")]
    public void Json_texts_are_read_and_written_again(string json)
    {
        var written = Json.Read(" \t\r\n" + json + " \n").ToJson();
        using var expected = JsonDocument.Parse(json);
        using var actual = JsonDocument.Parse(written);
        Assert.True(JsonElement.DeepEquals(expected.RootElement, actual.RootElement), written);
    }

    [Theory]
    [InlineData("", JmesDocumentFault.Empty, 0)]
    [InlineData(" \n", JmesDocumentFault.Empty, 0)]
    [InlineData("\uFEFF{}", JmesDocumentFault.ByteOrderMark, 0)]
    [InlineData("{} {}", JmesDocumentFault.TrailingContent, 3)]
    [InlineData("1 2", JmesDocumentFault.TrailingContent, 2)]
    [InlineData("[1,]", JmesDocumentFault.ExpectedValue, 3)]
    [InlineData("[,1]", JmesDocumentFault.ExpectedValue, 1)]
    [InlineData("[1 2]", JmesDocumentFault.ExpectedCommaOrBracket, 3)]
    [InlineData("[1}", JmesDocumentFault.ExpectedCommaOrBracket, 2)]
    [InlineData("{\"a\":1]", JmesDocumentFault.ExpectedCommaOrBrace, 6)]
    [InlineData("{\"a\":1,}", JmesDocumentFault.ExpectedName, 7)]
    [InlineData("{,}", JmesDocumentFault.ExpectedName, 1)]
    [InlineData("{a:1}", JmesDocumentFault.ExpectedName, 1)]
    [InlineData("{\"a\" 1}", JmesDocumentFault.ExpectedColon, 5)]
    [InlineData("{\"a\":}", JmesDocumentFault.ExpectedValue, 5)]
    [InlineData("[", JmesDocumentFault.UnexpectedEnd, 1)]
    [InlineData("{\"a\":1", JmesDocumentFault.UnexpectedEnd, 6)]
    [InlineData("\"abc", JmesDocumentFault.UnexpectedEnd, 4)]
    [InlineData("\"abc\\", JmesDocumentFault.UnexpectedEnd, 5)]
    [InlineData("\"abc\\u12", JmesDocumentFault.UnexpectedEnd, 8)]
    [InlineData("tru", JmesDocumentFault.UnexpectedEnd, 3)]
    [InlineData("trux", JmesDocumentFault.ExpectedValue, 0)]
    [InlineData("nul!", JmesDocumentFault.ExpectedValue, 0)]
    [InlineData("falsy", JmesDocumentFault.ExpectedValue, 0)]
    [InlineData("truex", JmesDocumentFault.TrailingContent, 4)]
    [InlineData("01", JmesDocumentFault.InvalidNumber, 1)]
    [InlineData("-", JmesDocumentFault.UnexpectedEnd, 1)]
    [InlineData("[-]", JmesDocumentFault.InvalidNumber, 2)]
    [InlineData("[1.]", JmesDocumentFault.InvalidNumber, 3)]
    [InlineData("[1e]", JmesDocumentFault.InvalidNumber, 3)]
    [InlineData("[1e+]", JmesDocumentFault.InvalidNumber, 4)]
    [InlineData("+1", JmesDocumentFault.ExpectedValue, 0)]
    [InlineData(".5", JmesDocumentFault.ExpectedValue, 0)]
    [InlineData("NaN", JmesDocumentFault.ExpectedValue, 0)]
    [InlineData("'a'", JmesDocumentFault.ExpectedValue, 0)]
    [InlineData("\"a\\x\"", JmesDocumentFault.InvalidEscape, 2)]
    [InlineData("\"a\\u12g4\"", JmesDocumentFault.InvalidEscape, 2)]
    [InlineData("\"a\nb\"", JmesDocumentFault.ControlCharacter, 2)]
    [InlineData("\"0123456789abcdef0123456789abcdef\tb\"", JmesDocumentFault.ControlCharacter, 33)]
    [InlineData("/* */ 1", JmesDocumentFault.ExpectedValue, 0)]
    public void Other_texts_are_refused_with_the_place(string text, JmesDocumentFault fault, long position)
    {
        var document = new JmesDocument();
        Assert.False(document.TryLoad(Encoding.UTF8.GetBytes(text), out var error));
        Assert.Equal(fault, error.Fault);
        Assert.Equal(position, error.Position);
        Assert.NotEmpty(error.Reason);
        Assert.Contains(error.Reason, error.ToString(), StringComparison.Ordinal);
        Assert.False(document.IsLoaded);
        Assert.Throws<InvalidOperationException>(() => document.Root);
        var thrown = Assert.Throws<JmesDocumentException>(() => JmesDocument.Parse(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(fault, thrown.Error.Fault);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'"', 0xC0, 0x80, (byte)'"' }, 1)]
    [InlineData(new byte[] { (byte)'"', (byte)'a', 0xE2, 0x82, (byte)'"' }, 2)]
    [InlineData(new byte[] { (byte)'"', 0xED, 0xA0, 0x80, (byte)'"' }, 1)]
    [InlineData(new byte[] { (byte)'"', 0xF4, 0x90, 0x80, 0x80, (byte)'"' }, 1)]
    [InlineData(new byte[] { (byte)'1', 0xFF }, 1)]
    public void Bytes_that_are_not_utf8_are_refused(byte[] text, long position)
    {
        Assert.False(new JmesDocument().TryLoad(text, out var error));
        Assert.Equal(JmesDocumentFault.InvalidUtf8, error.Fault);
        Assert.Equal(position, error.Position);
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void Nesting_is_bounded_and_ten_thousand_levels_are_a_clear_error(string open, string close)
    {
        Assert.True(new JmesDocument(3).TryLoad(Nested(3), out _));
        Assert.False(new JmesDocument(3).TryLoad(Nested(4), out var error));
        Assert.Equal(JmesDocumentFault.TooDeep, error.Fault);
        Assert.Contains("3 levels", error.Reason, StringComparison.Ordinal);
        Assert.True(new JmesDocument().TryLoad(Nested(JmesDocument.DefaultMaxDepth), out _));
        Assert.False(new JmesDocument().TryLoad(Nested(10_000), out error));
        Assert.Equal(JmesDocumentFault.TooDeep, error.Fault);
        Assert.False(new JmesDocument(JmesPathOptions.DeepestDocument).TryLoad(Nested(10_000), out error));
        Assert.Equal(JmesDocumentFault.TooDeep, error.Fault);

        byte[] Nested(int levels) => Encoding.UTF8.GetBytes(
            string.Concat(Enumerable.Repeat(open, levels)) + (open == "[" ? "" : "1") + string.Concat(Enumerable.Repeat(close, levels)));
    }

    [Fact]
    public async Task The_deepest_documents_are_compared_hashed_and_written_on_a_thread_pool_thread()
    {
        var depth = JmesPathOptions.DeepestDocument;
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":[", depth / 2)) + string.Concat(Enumerable.Repeat("]}", depth / 2)));
        var done = new TaskCompletionSource<bool>();
        ThreadPool.QueueUserWorkItem(_ =>
        {
            var left = JmesDocument.Parse(text, depth).Root;
            var right = JmesDocument.Parse(text, depth).Root;
            done.SetResult(left.Equals(right) && left.GetHashCode() == right.GetHashCode() && left.ToJson().Length == text.Length);
        });
        Assert.True(await done.Task.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(JmesPathOptions.DeepestDocument + 1)]
    public void A_bound_on_depth_that_is_out_of_range_is_refused(int depth) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new JmesDocument(depth));

    [Fact]
    public void Of_duplicate_names_the_last_counts()
    {
        const string json = """{"a":1,"b":2,"a":3,"\u0061":4,"c":{"a":1,"a":2}}""";
        Assert.Equal("4", Json.Search("a", json));
        Assert.Equal("2", Json.Search("c.a", json));
        Assert.Equal("3", Json.Search("length(@)", json));
        Assert.Equal("""["b","a","c"]""", Json.Search("keys(@)", json));
        Assert.Equal("""[2,4,{"a":2}]""", Json.Search("*", json));
        Assert.Equal("""{"b":2,"a":4,"c":{"a":2}}""", Json.Search("@", json));
        Assert.Equal("true", Json.Search("@ == `{\"a\":4,\"b\":2,\"c\":{\"a\":2}}`", json));
        Assert.Equal("4", Json.Search("a", json));
    }

    [Fact]
    public void Duplicates_among_many_names_are_found_in_linear_time()
    {
        var text = new StringBuilder("{");
        for (var i = 0; i < 200_000; i++) text.Append("\"n").Append(i % 100_000).Append("\":").Append(i).Append(',');
        text.Append("\"last\":0}");
        var root = Json.Read(text.ToString());
        Assert.Equal("100001", JmesPath.Parse("length(@)").Evaluate(root).ToJson());
        Assert.Equal("100000", JmesPath.Parse("n0").Evaluate(root).ToJson());
        Assert.Equal("100001", JmesPath.Parse("length(values(@))").Evaluate(root).ToJson());
    }

    [Fact]
    public void Lone_surrogate_escapes_read_as_the_replacement_character()
    {
        Assert.Equal("\uFFFD", Json.Read("\"\\ud800\"").GetString());
        Assert.Equal("a\uFFFDb", Json.Read("\"a\\udc00b\"").GetString());
        Assert.Equal("\uFFFD\uFFFD", Json.Read("\"\\ud800\\ud800\"").GetString());
        Assert.Equal("\uFFFDA", Json.Read("\"\\ud800\\u0041\"").GetString());
        Assert.Equal("\U0001D11E", Json.Read("\"\\ud834\\udd1e\"").GetString());
        Assert.Equal("\"\uFFFD\"", Json.Read("\"\\ud800\"").ToJson());
    }

    [Fact]
    public void Numbers_beyond_double_are_kept_as_written_and_compare_as_infinite()
    {
        Assert.Equal("1e999", Json.Read("1e999").ToJson());
        Assert.Equal("true", Json.Search("@ > `1e308`", "1e999"));
        Assert.Equal("true", Json.Search("@ < `-1e308`", "-1e999"));
        Assert.True(double.IsPositiveInfinity(Json.Read(new string('9', 400)).GetDouble()));
        Assert.Equal("null", Json.Search("sum(@)", "[1e999,-1e999]"));
        Assert.Equal(0.0, Json.Read("1e-999").GetDouble());
        Assert.False(Json.Read("1e999").TryGetInt64(out _));
    }

    [Fact]
    public void A_text_within_a_larger_buffer_and_one_that_is_no_array_are_read()
    {
        var bytes = Encoding.UTF8.GetBytes("###{\"a\":\"b\",\"n\":12}###");
        var document = new JmesDocument();
        Assert.True(document.TryLoad(bytes.AsMemory(3, bytes.Length - 6), out _));
        Assert.Equal("""{"a":"b","n":12}""", document.Root.ToJson());
        using var native = new NativeBytes("[1,\"x\"]"u8);
        Assert.True(document.TryLoad(native.Memory, out _));
        Assert.Equal("[1,\"x\"]", document.Root.ToJson());
    }

    [Fact]
    public void Loading_again_allocates_nothing_and_a_large_index_is_let_go_on_clear()
    {
        var small = Encoding.UTF8.GetBytes("""{"a":[1,2,3],"b":{"c":"\u00e9"}}""");
        var bad = Encoding.UTF8.GetBytes("""{"a":[1,2,3],"b":{"c":nope}}""");
        var document = new JmesDocument();
        Assert.True(document.TryLoad(small, out _));
        Assert.False(document.TryLoad(bad, out _));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            document.TryLoad(small, out _);
            document.TryLoad(bad, out _);
            document.Clear();
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        var large = Encoding.UTF8.GetBytes("[" + string.Concat(Enumerable.Repeat("0,", 200_000)) + "0]");
        Assert.True(document.TryLoad(large, out _));
        Assert.Equal(200_001, document.Root.Length);
        document.Clear();
        Assert.False(document.IsLoaded);
        before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(document.TryLoad(small, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 16_384);
    }

    [Fact]
    public void A_document_of_64_MiB_is_read()
    {
        var text = new byte[64 << 20];
        text.AsSpan().Fill((byte)'x');
        "{\"pad\":\""u8.CopyTo(text);
        "\",\"n\":1}"u8.CopyTo(text.AsSpan(text.Length - 8));
        var document = new JmesDocument();
        Assert.True(document.TryLoad(text, out var error), error.ToString());
        Assert.True(document.Root.TryGetMember("n", out var n) && n == JmesValue.FromNumber(1));
    }
}
