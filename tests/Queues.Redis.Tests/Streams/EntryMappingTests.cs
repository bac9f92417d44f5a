using System.Text;
using Eventide.Queues.Redis.Protocol;

namespace Eventide.Queues.Redis.Tests.Streams;

/// <summary>Entries and messages, both ways, without a server.</summary>
public sealed class EntryMappingTests
{
    private static readonly RedisStreamOptions Plain = new() { Stream = "orders" };

    [Theory]
    [InlineData("body", """{"a":1}""", """{"a":1}""")]
    [InlineData("data", """{"a":1}""", """{"a":1}""")]
    [InlineData("data", "[1,2]", "[1,2]")]
    [InlineData("body", "5", "5")]
    [InlineData("body", "-1.5e3", "-1.5e3")]
    [InlineData("body", " null ", " null ")]
    [InlineData("body", "\"text\"", "\"text\"")]
    [InlineData("body", "text", """{"body":"text"}""")]
    [InlineData("data", "", """{"data":""}""")]
    [InlineData("data", "{", """{"data":"{"}""")]
    [InlineData("payload", """{"a":1}""", """{"payload":"{\"a\":1}"}""")]
    public void A_lone_field_body_or_data_that_holds_JSON_is_the_body(string name, string value, string expected) =>
        Assert.Equal(expected, Read(Plain, (name, value)).Text);

    [Fact]
    public void All_other_entries_become_one_object_of_their_fields()
    {
        Assert.Equal("""{"type":"order","total":"150","note":"Zoë \"x\" \u0001"}""", Read(Plain, ("type", "order"), ("total", "150"), ("note", "Zoë \"x\" \u0001")).Text);
        Assert.Equal("""{"body":"{}","more":"1"}""", Read(Plain, ("body", "{}"), ("more", "1")).Text);
        Assert.Equal("""{"a":"1","a":"2"}""", Read(Plain, ("a", "1"), ("a", "2")).Text);
        Assert.Equal("{}", Read(Plain, ("eventide:attr:only", "attribute")).Text);
    }

    [Theory]
    [InlineData("150", "150")]
    [InlineData("-1.5", "-1.5")]
    [InlineData("1e-05", "1e-05")]
    [InlineData("0", "0")]
    [InlineData("12345678901234567", "12345678901234567")]
    [InlineData("123456789012345678", "\"123456789012345678\"")]
    [InlineData("007", "\"007\"")]
    [InlineData("1.", "\"1.\"")]
    [InlineData("+1", "\"+1\"")]
    [InlineData("0x10", "\"0x10\"")]
    [InlineData("nan", "\"nan\"")]
    [InlineData("true", "\"true\"")]
    [InlineData("1 ", "\"1 \"")]
    [InlineData("1-1", "\"1-1\"")]
    [InlineData("", "\"\"")]
    public void Typed_values_are_numbers_where_JSON_would_write_them_so(string value, string expected) =>
        Assert.Equal($$"""{"v":{{expected}},"w":"x"}""", Read(Plain with { Values = RedisFieldValues.Typed }, ("v", value), ("w", "x")).Text);

    [Fact]
    public void Bytes_that_are_no_text_are_marked()
    {
        var message = Read(Plain, [("blob"u8.ToArray(), [0xFF, 0x00, 0x80]), ("text"u8.ToArray(), "ok"u8.ToArray())]);

        Assert.Equal("""{"blob":{"$base64":"/wCA"},"text":"ok"}""", message.Text);
        Assert.Equal([0xFF, 0x00, 0x80], ((RedisStreamEntry)message.Native!).Fields[0].Value.ToArray());
    }

    [Fact]
    public void Native_tells_where_an_entry_comes_from_and_all_its_fields()
    {
        var entry = Assert.IsType<RedisStreamEntry>(Read(Plain, ("a", "1"), ("eventide:attr:x", "y"), ("a", "2")).Native);

        Assert.Equal(("orders", "workers", "me", "1526919030474-55", 3L), (entry.Stream, entry.Group, entry.Consumer, entry.Id, entry.DeliveryCount));
        Assert.Equal(["a=1", "eventide:attr:x=y", "a=2"], entry.Fields.Select(f => $"{f.Key}={Encoding.UTF8.GetString(f.Value.Span)}"), StringComparer.Ordinal);
    }

    [Fact]
    public void Id_attempt_time_group_and_attributes_are_read()
    {
        var message = Read(Plain, ("body", "{}"), ("eventide:group", "g1"), ("eventide:attr:traceparent", "00-x"), ("eventide:attr:", "empty name"));

        Assert.Equal(("1526919030474-55", 3, "g1", "{}"), (message.Id, message.Attempt, message.Group, message.Text));
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1526919030474), message.EnqueuedAt);
        Assert.Equal("00-x", message.Attributes["traceparent"]);
        Assert.Equal("empty name", message.Attributes[""]);
    }

    [Fact]
    public void Ids_made_up_by_hand_tell_no_time() => Assert.Null(Map(Plain, new RawEntry("5-1", 1, [])).EnqueuedAt);

    [Fact]
    public void A_named_group_field_stays_in_a_flat_body()
    {
        var options = Plain with { GroupField = "customer" };

        var flat = Read(options, ("customer", "c9"), ("total", "5"));
        Assert.Equal(("c9", """{"customer":"c9","total":"5"}"""), (flat.Group, flat.Text));
        var whole = Read(options, ("body", """{"x":1}"""), ("customer", "c9"));
        Assert.Equal(("c9", """{"x":1}"""), (whole.Group, whole.Text));
    }

    [Fact]
    public void A_named_body_field_is_the_body_whatever_else_there_is()
    {
        var options = Plain with { BodyField = "payload" };

        Assert.Equal("no JSON", Read(options, ("x", "1"), ("payload", "no JSON")).Text);
        Assert.Equal("""{"x":"1"}""", Read(options, ("x", "1")).Text);
    }

    [Theory]
    [InlineData("""{"type":"order","total":150,"ok":true,"none":null,"list":[1, 2],"sub":{"a":1}}""", """type=order|total=150|ok=true|none=null|list=[1, 2]|sub={"a":1}""")]
    [InlineData("""{"blob":{"$base64":"/wCA"},"n":1}""", "blob=\u00ff\0\u0080|n=1")]
    [InlineData("""[1,2]""", "body=[1,2]")]
    [InlineData("""{}""", "body={}")]
    [InlineData("text", "body=text|eventide:raw=1")]
    [InlineData("""{"body":"{}"}""", """body={"body":"{}"}""")]
    [InlineData("""{"eventide:raw":"1","x":"2"}""", """body={"eventide:raw":"1","x":"2"}""")]
    [InlineData("""{"broken":}""", """body={"broken":}""")]
    [InlineData("""{"lone":"\ud800","x":1}""", """body={"lone":"\ud800","x":1}""")]
    public void In_fields_format_an_object_becomes_flat_and_all_else_stays_whole(string body, string expected) =>
        Assert.Equal(expected, string.Join('|', Write(Plain with { Format = RedisBodyFormat.Fields }, new OutgoingMessage(body))));

    [Fact]
    public void Group_and_attributes_are_written_beside_the_body()
    {
        var message = new OutgoingMessage("{}") { Group = "g", Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = "b" } };

        Assert.Equal(["body={}", "eventide:group=g", "eventide:attr:a=b"], Write(Plain, message), StringComparer.Ordinal);
        Assert.Equal(["payload={}", "lane=g", "h.a=b"], Write(Plain with { BodyField = "payload", GroupField = "lane", AttributePrefix = "h." }, message), StringComparer.Ordinal);
    }

    [Fact]
    public void Whatever_bytes_are_sent_come_back_in_either_format()
    {
        var random = new Random(20261105);
        string[] words = ["{", "}", "\"a\"", ":", "1", "null", ",", "[", "]", "true", " ", "body", "\"data\"", "\"eventide:raw\"", "\xff", "é", "-", "e", "\"$base64\"", "\"AA==\""];
        foreach (var format in new[] { RedisBodyFormat.Body, RedisBodyFormat.Fields })
        {
            var options = Plain with { Format = format };
            for (var round = 0; round < 20_000; round++)
            {
                var text = string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => words[random.Next(words.Length)]));
                var body = round % 2 == 0 ? Encoding.Latin1.GetBytes(text) : Encoding.UTF8.GetBytes(text);
                var message = Map(options, new RawEntry("1-1", 1, Fields(options, new OutgoingMessage(body) { Group = round % 3 == 0 ? "g" : null })));
                if (format == RedisBodyFormat.Body || !IsFlat(body))
                {
                    Assert.Equal(Convert.ToHexString(body), Convert.ToHexString(message.Body.Span));
                }

                Assert.Equal(round % 3 == 0 ? "g" : null, message.Group);
            }
        }
    }

    private static bool IsFlat(byte[] body)
    {
        try
        {
            return System.Text.Json.JsonDocument.Parse(body).RootElement.ValueKind == System.Text.Json.JsonValueKind.Object;
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }

    private static Message Read(RedisStreamOptions options, params (string Name, string Value)[] fields) =>
        Read(options, [.. fields.Select(f => (Encoding.UTF8.GetBytes(f.Name), Encoding.UTF8.GetBytes(f.Value)))]);

    private static Message Read(RedisStreamOptions options, (byte[] Name, byte[] Value)[] fields)
    {
        var bytes = new List<byte>();
        foreach (var part in fields.SelectMany(f => new[] { f.Name, f.Value }))
        {
            bytes.AddRange(Encoding.ASCII.GetBytes($"${part.Length}\r\n"));
            bytes.AddRange(part);
            bytes.AddRange("\r\n"u8);
        }

        return Map(options, new RawEntry("1526919030474-55", 3, [.. bytes]));
    }

    private static Message Map(RedisStreamOptions options, RawEntry entry) => new EntryMapper(options).ToMessage("orders", entry, "workers", "me");

    private static List<string> Write(RedisStreamOptions options, OutgoingMessage message)
    {
        var fields = new List<string>();
        var cursor = new FieldCursor(Fields(options, message));
        while (cursor.MoveNext())
        {
            fields.Add($"{Encoding.UTF8.GetString(cursor.Name.Span)}={(Encoding.UTF8.GetString(cursor.Value.Span) is var text && text.Contains('\ufffd', StringComparison.Ordinal) ? Encoding.Latin1.GetString(cursor.Value.Span) : text)}");
        }

        return fields;
    }

    private static byte[] Fields(RedisStreamOptions options, OutgoingMessage message)
    {
        var request = new RedisRequest("X");
        new EntryWriter(options).Write(request, message);
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        request.WriteTo(buffer);
        var scanner = new RespScanner(RespLimits.Default);
        Assert.True(scanner.TryScan(buffer.WrittenSpan));
        var second = scanner.Tokens[2];
        return buffer.WrittenSpan[second.Head..].ToArray();
    }
}
