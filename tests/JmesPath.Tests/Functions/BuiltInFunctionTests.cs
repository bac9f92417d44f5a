namespace Eventide.JmesPath.Tests.Functions;

/// <summary>What the official suite leaves open.</summary>
public class BuiltInFunctionTests
{
    [Theory]
    [InlineData("length(@)", "\"\U0001D11E\u00e9a\"", "3")]
    [InlineData("length(@)", "\"\\ud834\\udd1e\\u00e9\"", "2")]
    [InlineData("reverse(@)", "\"a\u00e9\U0001D11E\"", "\"\U0001D11E\u00e9a\"")]
    [InlineData("sort(@)", "[\"\uff5e\",\"\U0001D11E\",\"z\",\"\\u0061\"]", "[\"a\",\"z\",\"\uff5e\",\"\U0001D11E\"]")]
    [InlineData("sort(@)", "[3,1.5,9007199254740993,9007199254740992,-1e3]", "[-1e3,1.5,3,9007199254740992,9007199254740993]")]
    [InlineData("max(@)", "[9007199254740992,9007199254740993]", "9007199254740993")]
    [InlineData("min_by(@, &a)", "[{\"a\":2},{\"a\":1,\"b\":1},{\"a\":1,\"b\":2}]", "{\"a\":1,\"b\":1}")]
    [InlineData("max_by(@, &a)", "[]", "null")]
    [InlineData("sum(@)", "[9223372036854775806,1]", "9223372036854775807")]
    [InlineData("sum(@)", "[9223372036854775807,1]", "9.223372036854776E+18")]
    [InlineData("sum(@)", "[0.5,1]", "1.5")]
    [InlineData("avg(@)", "[]", "null")]
    [InlineData("avg(@)", "[1,2]", "1.5")]
    [InlineData("abs(@)", "-9223372036854775808", "9.223372036854776E+18")]
    [InlineData("abs(@)", "-1.5", "1.5")]
    [InlineData("ceil(@)", "-0.5", "0")]
    [InlineData("floor(@)", "1e300", "1E+300")]
    [InlineData("contains(@, `1`)", "\"1\"", "false")]
    [InlineData("contains(@, `[1.0]`)", "[[1]]", "true")]
    [InlineData("contains(@, 'b')", "\"a\\u0062c\"", "true")]
    [InlineData("starts_with(@, 'a\u00e9')", "\"a\\u00e9c\"", "true")]
    [InlineData("ends_with(@, '')", "\"\"", "true")]
    [InlineData("to_number(@)", "\" 1\"", "null")]
    [InlineData("to_number(@)", "\"0x1\"", "null")]
    [InlineData("to_number(@)", "\"1e3\"", "1e3")]
    [InlineData("to_number(@)", "\"-\"", "null")]
    [InlineData("to_number(@)", "\"\"", "null")]
    [InlineData("to_number(@)", "\"[1]\"", "null")]
    [InlineData("to_string(@)", "{\"a\":[1.0,\"\u00e9\"]}", "\"{\\\"a\\\":[1.0,\\\"\u00e9\\\"]}\"")]
    [InlineData("type(`1.0`)", "null", "\"number\"")]
    [InlineData("to_string(`1.0`)", "null", "\"1.0\"")]
    [InlineData("join('-', @)", "[\"a\",\"\\u0062\",\"\"]", "\"a-b-\"")]
    [InlineData("merge(@, `{\"a\":1}`)", "{\"a\":0,\"b\":2}", "{\"a\":1,\"b\":2}")]
    [InlineData("{a: `1`, b: `2`, a: `3`}", "0", "{\"a\":3,\"b\":2}")]
    [InlineData("{\"\": `1`}.\"\"", "0", "1")]
    [InlineData("not_null(a, b)", "{\"b\":false}", "false")]
    [InlineData("map(&@ > `1`, @)", "[1,2]", "[false,true]")]
    [InlineData("[*].a | [0]", "[{\"b\":1},{\"a\":2}]", "2")]
    [InlineData("[-2147483649]", "[1]", "null")]
    [InlineData("[99999999999999999999]", "[1]", "null")]
    [InlineData("[99999999999:-99999999999:-99999999999]", "[1,2]", "[2]")]
    [InlineData("[::-1]", "[1,2,3]", "[3,2,1]")]
    [InlineData("[-2:]", "[1,2,3]", "[2,3]")]
    [InlineData("[*] | [::-2]", "[1,2,3,4]", "[4,2]")]
    [InlineData("[*] | [1:3]", "[1,2,3,4]", "[2,3]")]
    [InlineData("'a' < 'b'", "0", "null")]
    [InlineData("'a' < `1`", "0", "null")]
    [InlineData("`1` < `1.5`", "0", "true")]
    public void Results(string expression, string json, string expected) => Assert.Equal(expected, Json.Search(expression, json));

    [Fact]
    public void Sorting_many_is_stable()
    {
        var items = Enumerable.Range(0, 1000).Select(i => $"{{\"k\":{i * 7919 % 10},\"i\":{i}}}").ToArray();
        var sorted = JmesPath.Parse("sort_by(@, &k)[*].[k, i]").Evaluate(Json.Read($"[{string.Join(',', items)}]"));
        var expected = Enumerable.Range(0, 1000).OrderBy(i => i * 7919 % 10).Select(i => $"[{i * 7919 % 10},{i}]");
        Assert.Equal($"[{string.Join(',', expected)}]", sorted.ToJson());
    }
}
