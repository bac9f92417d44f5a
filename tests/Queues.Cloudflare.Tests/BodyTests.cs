using System.Text;
using System.Text.Json.Nodes;
using Eventide.Queues.Cloudflare.Tests.Stub;

namespace Eventide.Queues.Cloudflare.Tests;

public sealed class BodyTests
{
    public static TheoryData<string, string, string> Forms { get; } = new()
    {
        // content type, the body as JSON in the answer, the body that handlers see
        { "text", "\"plain\"", "plain" },
        { "text", "\"eyJhIjoxfQ==\"", "eyJhIjoxfQ==" },
        { "json", "\"eyJhIjoxfQ==\"", """{"a":1}""" },
        { "json", "\"ImhlbGxvIg==\"", "\"hello\"" },
        { "json", "\"hello\"", "\"hello\"" },
        { "json", "\"abcd\"", "\"abcd\"" },
        { "json", "\"{\\\"a\\\": 1}\"", """{"a": 1}""" },
        { "json", "\"1234\"", "1234" },
        { "json", "\"true\"", "true" },
        { "json", "\"MTIz\"", "123" },
        { "json", """{"a":[1,2.50]}""", """{"a":[1,2.50]}""" },
        { "json", "17", "17" },
        { "json", "\"\"", "\"\"" },
        { "bytes", "\"aGk=\"", "hi" },
        { "JSON", "\"eyJhIjoxfQ==\"", """{"a":1}""" },
        { "something-new", "\"as it is\"", "as it is" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task A_body_is_decoded_by_its_content_type(string contentType, string body, string expected)
    {
        var message = await ReceiveAsync(body, contentType);
        Assert.Equal(expected, message.Text);
        Assert.False(message.Attributes.ContainsKey(CloudflareMessage.UndecodableAttribute));
        Assert.False(((CloudflareMessage)message.Native!).IsUndecodable);
    }

    [Theory]
    [InlineData("v8", "\"/w9vIgFhSQI=\"", "v8")]
    [InlineData("v8", "\"not base64!\"", "v8")]
    [InlineData("bytes", "\"not base64!\"", "bytes")]
    public async Task What_cannot_be_decoded_is_delivered_as_it_came_and_says_so(string contentType, string body, string reason)
    {
        var message = await ReceiveAsync(body, contentType);
        Assert.Equal(reason, message.Attributes[CloudflareMessage.UndecodableAttribute]);
        Assert.True(((CloudflareMessage)message.Native!).IsUndecodable);
        Assert.False(message.Body.IsEmpty);
    }

    [Fact]
    public async Task Without_metadata_a_body_is_text()
    {
        await using var f = await Fixture.StartAsync();
        f.Stub.FailNext("/pull", 200, raw: """{"success":true,"result":{"messages":[{"id":"1","lease_id":"l","body":"eA=="}]}}""");
        var message = Assert.Single((await (await f.ReceiverAsync()).ReceiveAsync(Fixture.AtOnce(), default)).Messages).Message;
        Assert.Equal("eA==", message.Text);
        Assert.Equal(1, message.Attempt);
        Assert.Null(message.EnqueuedAt);
    }

    public static TheoryData<string> RoundTrips { get; } = new(
        "x",
        "",
        "plain text",
        "Zażółć gęślą jaźń 漢字 🦀 \u0000 \u001f \u2028",
        """{"type":"order","total":1.50,"big":12345678901234567890}""",
        "  {\"white\" : \"space\"}\r\n",
        "[1,2,3]",
        "\"just a string\"",
        "null",
        """{"$eventide":1,"body":{"looks":"like an envelope"}}""",
        """{"$eventide":1,"text":"x","attributes":{"forged":"yes"}}""",
        """  {"$eventide":2,"later":true}""",
        """{"$eventide":""",
        "{\"a\":1} trailing",
        "eyJhIjoxfQ==");

    [Theory]
    [MemberData(nameof(RoundTrips))]
    public async Task A_body_arrives_byte_for_byte_with_and_without_attributes(string body)
    {
        await using var f = await Fixture.StartAsync();
        var sender = await f.SenderAsync();
        var attributes = new Dictionary<string, string> { ["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", ["ключ"] = "\"值\" \\ \n" };
        var results = await sender.SendAsync(
            [new OutgoingMessage(body), new OutgoingMessage(body) { Attributes = attributes, Group = "g 1" }], default);
        Assert.All(results, r => Assert.True(r.IsSent, r.Error));

        var got = (await (await f.ReceiverAsync()).ReceiveAsync(Fixture.AtOnce(), default)).Messages;
        Assert.Equal(body, got[0].Message.Text);
        Assert.Null(got[0].Message.Group);
        Assert.Empty(got[0].Message.Attributes);
        Assert.Equal(body, got[1].Message.Text);
        Assert.Equal("g 1", got[1].Message.Group);
        Assert.Equal(attributes.OrderBy(a => a.Key, StringComparer.Ordinal), got[1].Message.Attributes.OrderBy(a => a.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Bytes_that_are_not_text_arrive_byte_for_byte()
    {
        await using var f = await Fixture.StartAsync();
        var sender = await f.SenderAsync();
        var bodies = Enumerable.Range(1, 60).Select(i =>
        {
            var bytes = new byte[i * 37];
            new Random(i).NextBytes(bytes);
            return bytes;
        }).Append([0xff]).Append([.. Enumerable.Range(0, 256).Select(i => (byte)i)]).ToList();
        var results = await sender.SendAsync([.. bodies.Select(b => new OutgoingMessage(b))], default);
        Assert.All(results, r => Assert.True(r.IsSent, r.Error));
        var got = (await (await f.ReceiverAsync()).ReceiveAsync(Fixture.AtOnce(100), default)).Messages;
        Assert.Equal(bodies.Select(Convert.ToHexString), got.Select(m => Convert.ToHexString(m.Message.Body.Span)));
    }

    [Fact]
    public async Task Deeply_nested_json_arrives_byte_for_byte()
    {
        await using var f = await Fixture.StartAsync();
        foreach (var depth in new[] { 60, 500, 512, 600 })
        {
            var body = new string('[', depth) + new string(']', depth);
            await (await f.SenderAsync()).SendAsync([new OutgoingMessage(body) { Group = "deep" }], default);
            var got = Assert.Single((await (await f.ReceiverAsync()).ReceiveAsync(Fixture.AtOnce(), default)).Messages).Message;
            Assert.Equal(body, got.Text);
            Assert.Equal("deep", got.Group);
        }
    }

    [Fact]
    public async Task A_body_of_json_stands_readable_in_its_envelope()
    {
        await using var f = await Fixture.StartAsync();
        await (await f.SenderAsync()).SendAsync([new OutgoingMessage("""{"id":7}""") { Group = "a" }], default);
        Assert.Equal("""{"$eventide":1,"group":"a","body":{"id":7}}""", (string)f.Stub.Requests("/messages")[0].Body!["body"]!);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sent_as_json_a_body_is_json_on_the_server_and_still_arrives(bool plain)
    {
        await using var f = await Fixture.StartAsync();
        f.Stub.PlainJson = plain;
        var sender = await f.SenderAsync("&content=json");
        await sender.SendAsync([new OutgoingMessage("""{"id":7}"""), new OutgoingMessage("not json"), new OutgoingMessage("[1]") { Group = "g" }], default);
        var sent = f.Stub.Requests("/batch")[0].Body!["messages"]!.AsArray();
        Assert.Equal(["json", "text", "json"], sent.Select(m => (string)m!["content_type"]!));
        Assert.Equal(7, (int)sent[0]!["body"]!["id"]!);

        var got = (await (await f.ReceiverAsync()).ReceiveAsync(Fixture.AtOnce(), default)).Messages;
        Assert.Equal(["""{"id":7}""", "not json", "[1]"], got.Select(m => m.Message.Text));
        Assert.Equal("g", got[2].Message.Group);
    }

    [Theory]
    [InlineData("""{"$eventide":1}""")]
    [InlineData("""{"$eventide":1,"attributes":[],"text":"x"}""")]
    [InlineData("""{"$eventide":1,"attributes":{"a":1},"text":"x"}""")]
    [InlineData("""{"$eventide":1,"base64":"%%"}""")]
    [InlineData("""{"$eventide":1,"text":"x"} x""")]
    [InlineData("""{"$eventide":9,"text":"x"}""")]
    [InlineData("""{"$eventide":"1","text":"x"}""")]
    public async Task Someone_elses_object_with_the_marker_is_delivered_as_it_is(string body)
    {
        var message = await ReceiveAsync(JsonValue.Create(body).ToJsonString(), "text");
        Assert.Equal(body, message.Text);
    }

    private static async Task<Message> ReceiveAsync(string body, string contentType)
    {
        await using var f = await Fixture.StartAsync();
        f.Stub.Put(f.Queue, JsonNode.Parse(body), contentType);
        return Assert.Single((await (await f.ReceiverAsync()).ReceiveAsync(Fixture.AtOnce(), default)).Messages).Message;
    }
}
