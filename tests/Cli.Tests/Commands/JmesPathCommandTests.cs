using Eventide.Cli.Tests.Support;

namespace Eventide.Cli.Tests.Commands;

public sealed class JmesPathCommandTests
{
    [Theory]
    [InlineData("a.b[?c > `1`].d", """{"a":{"b":[{"c":1,"d":"x"},{"c":2,"d":"yé"}]}}""", """["yé"]""")]
    [InlineData("@", "[1, 2.50, \"\\u00e9\"]", "[1,2.50,\"é\"]")]
    [InlineData("nothing", "{}", "null")]
    [InlineData("@", "\uFEFF{}", "{}")]
    public async Task The_result_is_printed_as_json(string expression, string input, string expected)
    {
        var result = await CliProcess.RunAsync(["jmespath", expression], input);

        Assert.True(result.Code == 0, result.ToString());
        Assert.Equal(System.Text.Json.JsonDocument.Parse(expected).RootElement.ToString(), System.Text.Json.JsonDocument.Parse(Assert.Single(result.Output)).RootElement.ToString());
        Assert.Empty(result.Errors);
    }

    [Fact]
    public async Task The_input_may_be_a_file()
    {
        using var folder = new Folder();

        var result = await CliProcess.RunAsync(["jmespath", "a", folder.Write("in.json", """{"a":[1]}""")]);

        Assert.Equal((0, "[1]"), (result.Code, Assert.Single(result.Output)));
    }

    [Fact]
    public async Task Bare_numbers_are_for_the_relaxed_dialect_alone()
    {
        var strict = await CliProcess.RunAsync(["jmespath", "a > 1"], """{"a":2}""");
        var relaxed = await CliProcess.RunAsync(["jmespath", "a > 1", "--relaxed"], """{"a":2}""");

        Assert.Equal((2, 0), (strict.Code, strict.Output.Length));
        Assert.Equal("    ^", strict.Errors[^1]);
        Assert.Equal((0, "true"), (relaxed.Code, relaxed.Output[0]));
    }

    [Fact]
    public async Task An_evaluation_that_fails_is_exit_code_1_with_the_place()
    {
        var result = await CliProcess.RunAsync(["jmespath", "abs(a)"], "{}");

        Assert.Equal((1, 0), (result.Code, result.Output.Length));
        Assert.Equal("    ^", result.Errors[^1]);
    }

    [Theory]
    [InlineData("[1, 2")]
    [InlineData("")]
    [InlineData("{} {}")]
    public async Task Input_that_is_not_one_json_value_is_exit_code_2(string input)
    {
        var result = await CliProcess.RunAsync(["jmespath", "@"], input);

        Assert.Equal((2, 0), (result.Code, result.Output.Length));
        Assert.Contains("not one JSON value", Assert.Single(result.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_file_is_exit_code_2()
    {
        var result = await CliProcess.RunAsync(["jmespath", "@", "missing.json"]);

        Assert.Equal(2, result.Code);
        Assert.Contains("missing.json: the file cannot be read", Assert.Single(result.Errors), StringComparison.Ordinal);
    }
}
