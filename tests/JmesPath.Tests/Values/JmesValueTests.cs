using System.Text.Json;

namespace Eventide.JmesPath.Tests.Values;

public class JmesValueTests
{
    [Theory]
    [InlineData("1", "1.0", true)]
    [InlineData("1", "1e0", true)]
    [InlineData("100", "1e2", true)]
    [InlineData("0", "-0", true)]
    [InlineData("0", "-0.0", true)]
    [InlineData("9007199254740993", "9007199254740992", false)]
    [InlineData("9223372036854775807", "9223372036854775806", false)]
    [InlineData("9223372036854775807", "9223372036854775808", false)]
    [InlineData("18446744073709551615", "18446744073709551614", false)]
    [InlineData("18446744073709551615", "18446744073709551615", true)]
    [InlineData("0.1", "1e-1", true)]
    [InlineData("0.1", "0.10000000000000001", true)]
    [InlineData("1", "true", false)]
    [InlineData("0", "false", false)]
    [InlineData("\"1\"", "1", false)]
    [InlineData("\"a\"", "\"\\u0061\"", true)]
    [InlineData("\"\\u0061\\n\"", "\"a\\u000a\"", true)]
    [InlineData("\"\"", "null", false)]
    [InlineData("[]", "{}", false)]
    [InlineData("[1,[2]]", "[1.0,[2]]", true)]
    [InlineData("[1,2]", "[2,1]", false)]
    [InlineData("{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true)]
    [InlineData("{\"a\":1}", "{\"a\":1,\"b\":2}", false)]
    [InlineData("{\"a\":1}", "{\"b\":1}", false)]
    public void Equality_is_by_value_and_hashes_agree(string left, string right, bool equal)
    {
        var (a, b) = (Json.Read(left), Json.Read(right));
        Assert.Equal(equal, a.Equals(b));
        Assert.Equal(equal, b == a);
        Assert.Equal(!equal, a != b);
        Assert.Equal(equal, a.Equals((object)b));
        if (equal) Assert.Equal(a.GetHashCode(), b.GetHashCode());
    }

    [Fact]
    public void Strings_are_equal_and_hash_alike_however_they_are_kept()
    {
        var text = "caf\u00e9 \U0001D11E " + new string('z', 300);
        JmesValue[] values =
        [
            JmesValue.FromString(text),
            JmesValue.FromUtf8(System.Text.Encoding.UTF8.GetBytes("##" + text).AsMemory(2)),
            Json.Read(JsonSerializer.Serialize(text)),
            Json.Read("\"" + text + "\""),
        ];
        foreach (var left in values)
        {
            Assert.Equal(text, left.GetString());
            foreach (var right in values)
            {
                Assert.Equal(left, right);
                Assert.Equal(left.GetHashCode(), right.GetHashCode());
            }
        }
        var rules = new Dictionary<JmesValue, int> { [values[0]] = 1, [JmesValue.FromNumber(1)] = 2, [JmesValue.True] = 3, [JmesValue.Null] = 4 };
        Assert.Equal(1, rules[values[2]]);
        Assert.Equal(2, rules[Json.Read("1.0")]);
        Assert.Equal(3, rules[Json.Read("true")]);
        Assert.Equal(4, rules[Json.Read("null")]);
    }

    [Theory]
    [InlineData("null", false)]
    [InlineData("false", false)]
    [InlineData("true", true)]
    [InlineData("0", true)]
    [InlineData("\"\"", false)]
    [InlineData("\"a\"", true)]
    [InlineData("[]", false)]
    [InlineData("[null]", true)]
    [InlineData("{}", false)]
    [InlineData("{\"a\":null}", true)]
    public void Truth_is_that_of_JMESPath(string json, bool truth) => Assert.Equal(truth, Json.Read(json).IsTruthy);

    [Theory]
    [InlineData("9223372036854775807", true, long.MaxValue)]
    [InlineData("-9223372036854775808", true, long.MinValue)]
    [InlineData("9223372036854775808", false, 0)]
    [InlineData("1e2", true, 100)]
    [InlineData("5.0", true, 5)]
    [InlineData("5.5", false, 0)]
    [InlineData("\"5\"", false, 0)]
    public void Integers_are_recognised(string json, bool found, long expected)
    {
        Assert.Equal(found, Json.Read(json).TryGetInt64(out var value));
        if (found) Assert.Equal(expected, value);
    }

    [Fact]
    public void Values_can_be_made_and_written()
    {
        var value = JmesValue.FromArray(
        [
            JmesValue.Null, JmesValue.True, JmesValue.False, JmesValue.FromBoolean(true), JmesValue.FromNumber(-5), JmesValue.FromNumber(2.5),
            JmesValue.FromNumber(double.NaN), JmesValue.FromString("\u00e9\"\n\ud800"), JmesValue.FromUtf8("x"u8.ToArray()),
        ]);
        Assert.Equal("[null,true,false,true,-5,2.5,null,\"\u00e9\\\"\\n\uFFFD\",\"x\"]", value.ToJson());
        Assert.Equal(value.ToJson(), value.ToString());
        Assert.Equal(JmesKind.Null, default(JmesValue).Kind);
        Assert.Throws<ArgumentException>(() => JmesValue.FromUtf8(new byte[] { 0xFF }));
        Assert.Throws<ArgumentNullException>(() => JmesValue.FromString(null!));
        using var json = JsonDocument.Parse("""{"a":[1,{"b":"c"}]}""");
        Assert.Equal("""{"b":"c"}""", JmesValue.FromJson(json.RootElement.GetProperty("a")[1]).ToJson());
        Assert.Equal(JmesKind.Null, JmesValue.FromJson(default).Kind);
    }

    [Fact]
    public void Asking_for_what_a_value_is_not_says_what_it_is()
    {
        Assert.Contains("Number", Assert.Throws<InvalidOperationException>(() => Json.Read("1").GetString()).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => Json.Read("\"a\"").GetDouble());
        Assert.Throws<InvalidOperationException>(() => Json.Read("{}").Length);
        Assert.Throws<InvalidOperationException>(() => Json.Read("{}").Apply(default));
        Assert.Throws<ArgumentOutOfRangeException>(() => Json.Read("[1]")[1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => Json.Read("[1]")[-1]);
        Assert.False(Json.Read("[1]").TryGetMember("a", out _));
        Assert.False(Json.Read("[1]").EnumerateObject().MoveNext());
        Assert.False(Json.Read("{}").EnumerateArray().MoveNext());
    }

    [Fact]
    public void A_virtual_object_is_read_listed_compared_and_written_like_any_other()
    {
        var message = JmesValue.FromObject(new MessageLike("""{"total":5}"""));
        Assert.Equal("5", JmesPath.Parse("body.total").Evaluate(message).ToJson());
        Assert.Equal("""["id","body"]""", JmesPath.Parse("keys(@)").Evaluate(message).ToJson());
        Assert.Equal("2", JmesPath.Parse("length(@)").Evaluate(message).ToJson());
        Assert.Equal("[\"m-1\",{\"total\":5}]", JmesPath.Parse("*").Evaluate(message).ToJson());
        Assert.Equal("""{"id":"m-1","body":{"total":5}}""", message.ToJson());
        Assert.Equal(Json.Read("""{"body":{"total":5.0},"id":"m-1"}"""), message);
        Assert.Equal(message, Json.Read("""{"body":{"total":5.0},"id":"m-1"}"""));
        Assert.Equal(message.GetHashCode(), Json.Read("""{"body":{"total":5.0},"id":"m-1"}""").GetHashCode());
        Assert.True(message.IsTruthy);
    }

    private sealed class MessageLike(string body) : JmesObject
    {
        private readonly JmesValue _body = Json.Read(body);

        public override IReadOnlyList<KeyValuePair<string, JmesValue>> Members => [new("id", JmesValue.FromString("m-1")), new("body", _body)];

        public override bool TryGetMember(ReadOnlySpan<byte> utf8Name, out JmesValue value)
        {
            value = utf8Name.SequenceEqual("body"u8) ? _body : utf8Name.SequenceEqual("id"u8) ? JmesValue.FromString("m-1") : default;
            return value.Kind != JmesKind.Null;
        }
    }
}
