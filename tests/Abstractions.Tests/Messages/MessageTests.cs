using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Eventide.Abstractions.Tests.Messages;

public sealed partial class MessageTests
{
    [Theory]
    [InlineData("""{"a":[1,{"b":null}]}""", JsonValueKind.Object)]
    [InlineData(" [1] \n", JsonValueKind.Array)]
    [InlineData("17", JsonValueKind.Number)]
    [InlineData("\"text\"", JsonValueKind.String)]
    [InlineData("true", JsonValueKind.True)]
    [InlineData("null", JsonValueKind.Null)]
    public void A_body_of_json_is_read_as_json(string body, JsonValueKind kind)
    {
        var message = Of(body);
        Assert.True(message.IsJson);
        Assert.Equal(kind, message.Json.ValueKind);
        Assert.Equal(body, message.Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("plain")]
    [InlineData("{\"a\":1")]
    [InlineData("{\"a\":1} x")]
    [InlineData("{'a':1}")]
    [InlineData("[1,]")]
    [InlineData("// no\n1")]
    [InlineData("NaN")]
    public void A_body_that_is_not_json_is_a_json_string(string body)
    {
        var message = Of(body);
        Assert.False(message.IsJson);
        Assert.Equal(JsonValueKind.String, message.Json.ValueKind);
        Assert.Equal(body, message.Json.GetString());
    }

    [Theory]
    [InlineData(new byte[] { 0xff, 0xfe, 0x00 })]
    [InlineData(new byte[] { (byte)'{', (byte)'"', (byte)'a', (byte)'"', (byte)':', (byte)'"', 0xc3, 0x28, (byte)'"', (byte)'}' })]
    [InlineData(new byte[] { (byte)'"', 0xed, 0xa0, 0x80, (byte)'"' })]
    public void Bytes_that_are_not_utf8_are_text_and_reading_them_throws_nothing(byte[] body)
    {
        var message = new Message("1", "q", body);
        Assert.False(message.IsJson);
        Assert.Contains('\ufffd', message.Json.GetString()!);
        Assert.Equal(message.Text, message.Json.GetString());
        Assert.Equal(body, message.Body.ToArray());
    }

    [Fact]
    public void A_byte_order_mark_before_json_is_passed_over()
    {
        var message = Of("\ufeff{\"orderId\":7}");
        Assert.True(message.IsJson);
        Assert.Equal(7, message.Json.GetProperty("orderId").GetInt32());
        Assert.Equal(7, message.Read<Order>()!.OrderId);
        Assert.Equal("{\"orderId\":7}"u8.ToArray(), message.JsonBody.ToArray());
        Assert.Equal(3 + message.JsonBody.Length, message.Body.Length);
        Assert.False(Of("\ufeff").IsJson);
        Assert.False(Of("\ufeff\ufeff1").IsJson);
    }

    [Fact]
    public void Json_deeper_than_allowed_is_text()
    {
        Assert.True(Of(Nested(Message.MaxBodyDepth)).IsJson);
        Assert.False(Of(Nested(Message.MaxBodyDepth + 1)).IsJson);

        static string Nested(int depth) => new string('[', depth) + new string(']', depth);
    }

    [Fact]
    public void The_json_outlives_the_buffer_it_was_read_from()
    {
        var bytes = """{"a":"kept"}"""u8.ToArray();
        var message = new Message("1", "q", bytes);
        var json = message.Json;
        Array.Clear(bytes);
        Assert.Equal("kept", json.GetProperty("a").GetString());
    }

    [Fact]
    public async Task Many_threads_see_one_body()
    {
        for (var round = 0; round < 200; round++)
        {
            var message = Of("""{"a":1}""");
            using var start = new ManualResetEventSlim();
            var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            {
                start.Wait();
                return (message.IsJson, message.Json.GetProperty("a").GetInt32(), message.Id);
            })).ToArray();
            start.Set();
            Assert.All(await Task.WhenAll(readers), r => Assert.Equal((true, 1, "1"), r));
        }
    }

    [Fact]
    public void A_number_is_an_id()
    {
        var message = new Message(long.MaxValue, "orders", default) { Attempt = 3 };
        Assert.Equal("9223372036854775807", message.Id);
        Assert.Equal("orders/9223372036854775807 (attempt 3)", message.ToString());
        Assert.Equal("-1", new Message(-1, "q", default).Id);
    }

    [Fact]
    public void What_is_not_given_is_empty_and_the_first_attempt()
    {
        var message = new Message("id", "q", default);
        Assert.Equal(1, message.Attempt);
        Assert.Null(message.EnqueuedAt);
        Assert.Null(message.Group);
        Assert.Null(message.Native);
        Assert.Empty(message.Attributes);
        Assert.Equal("", message.Text);
    }

    [Fact]
    public void The_text_of_a_message_shows_nothing_of_its_body()
    {
        Assert.DoesNotContain("secret", new Message("id", "q", "secret"u8.ToArray()).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Id_and_queue_are_required()
    {
        Assert.Throws<ArgumentNullException>("id", () => new Message(null!, "q", default));
        Assert.Throws<ArgumentNullException>("queue", () => new Message("1", null!, default));
        Assert.Throws<ArgumentNullException>("queue", () => new Message(1, null!, default));
    }

    [Fact]
    public void A_body_is_read_as_a_type_with_web_defaults_or_generated_code()
    {
        var message = Of("""{"orderId":7,"TOTAL":"1.5"}""");
        Assert.Equal(new Order(7, 1.5m), message.Read<Order>());
        Assert.Equal(7, Of("""{"OrderId":7,"Total":1}""").Read(OrderContext.Default.Order)!.OrderId);
        Assert.Null(Of("null").Read<Order>());
        Assert.Throws<JsonException>(() => Of("not json").Read<Order>());
        Assert.Throws<JsonException>(() => Of("[]").Read<Order>());
        Assert.Throws<JsonException>(() => Of("").Read<Order>());
        Assert.Throws<ArgumentNullException>(() => message.Read((System.Text.Json.Serialization.Metadata.JsonTypeInfo<Order>)null!));
    }

    private static Message Of(string body) => new("1", "q", Encoding.UTF8.GetBytes(body));

    internal sealed record Order(int OrderId, decimal Total);

    [JsonSerializable(typeof(Order))]
    internal sealed partial class OrderContext : JsonSerializerContext;
}
