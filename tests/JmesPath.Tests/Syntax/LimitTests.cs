namespace Eventide.JmesPath.Tests.Syntax;

public class LimitTests
{
    public static TheoryData<string, string, string> Nestings => new()
    {
        { "(", "a", ")" },
        { "[", "a", "]" },
        { "{a:", "b", "}" },
        { "!", "a", "" },
        { "a[?", "b", "]" },
        { "length(", "a", ")" },
        { "map(&", "a", ", b)" },
        { "a.[", "a", "]" },
        { "", "a", "[0]" },
        { "", "a", "[]" },
        { "", "a", "[*]" },
        { "", "a", ".*" },
        { "", "a", ".[b]" },
        { "", "a", "[?b]" },
        { "", "a", " == b" },
        { "", "a", " | b" },
        { "a | ", "b", "" },
        { "a == ", "b", "" },
        { "a || (b && ", "c", ")" },
    };

    [Theory]
    [MemberData(nameof(Nestings))]
    public void Ten_thousand_levels_are_a_clear_error(string open, string core, string close)
    {
        var expression = string.Concat(Enumerable.Repeat(open, 10_000)) + core + string.Concat(Enumerable.Repeat(close, 10_000));
        foreach (var depth in new[] { 256, JmesPathOptions.DeepestExpression })
        {
            var options = new JmesPathOptions
            {
                MaxExpressionDepth = depth,
                MaxExpressionLength = JmesPathOptions.LongestExpression,
                MaxExpressionNodes = JmesPathOptions.MostExpressionNodes,
            };
            var fault = Assert.Throws<JmesPathException>(() => JmesPath.Parse(expression, options));
            Assert.Equal(JmesErrorKind.LimitExceeded, fault.Kind);
            Assert.Contains($"deeper than {depth} levels", fault.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Nestings))]
    public async Task The_deepest_expressions_are_evaluated_on_a_thread_pool_thread(string open, string core, string close)
    {
        var options = new JmesPathOptions { MaxExpressionDepth = JmesPathOptions.DeepestExpression };
        // The forms cost from one level to three.
        var compiled = Enumerable.Range(1, JmesPathOptions.DeepestExpression).Reverse().Where(n => n % 32 == 0)
            .Select(n => JmesPath.TryParse(string.Concat(Enumerable.Repeat(open, n)) + core + string.Concat(Enumerable.Repeat(close, n)), options, out var e, out _) ? e : null)
            .First(e => e is not null)!;
        var evaluated = await Task.Run(() => compiled.TryEvaluate(Json.Read("""{"a":{"b":[1,{"b":2}]},"b":[[[1]]],"c":1}"""), out _, out _) || true);
        Assert.True(evaluated);
        Assert.InRange(compiled.Text.Length, 80, 10_000);
    }

    [Fact]
    public void Ten_thousand_operands_and_names_in_a_row_are_no_nesting()
    {
        var options = new JmesPathOptions { MaxExpressionLength = JmesPathOptions.LongestExpression, MaxExpressionNodes = 100_000 };
        Assert.True(JmesPath.Parse(string.Join(" || ", Enumerable.Range(0, 10_000).Select(i => $"a == 't{i}'")), options).IsMatch(Json.Read("""{"a":"t9999"}""")));
        Assert.True(JmesPath.Parse(string.Join(" && ", Enumerable.Repeat("a", 10_000)), options).IsMatch(Json.Read("""{"a":"x"}""")));
        Assert.False(JmesPath.Parse(string.Join('.', Enumerable.Repeat("a", 10_000)), options).IsMatch(Json.Read("""{"a":{"a":"x"}}""")));
    }

    [Fact]
    public void Length_and_nodes_are_bounded()
    {
        var fault = Assert.Throws<JmesPathException>(() => JmesPath.Parse(new string('a', 65_537)));
        Assert.Equal(JmesErrorKind.LimitExceeded, fault.Kind);
        Assert.Contains("65537 characters", fault.Message, StringComparison.Ordinal);
        Assert.NotNull(JmesPath.Parse(new string('a', 65_536)));
        fault = Assert.Throws<JmesPathException>(() => JmesPath.Parse("[a,b,c]", new() { MaxExpressionNodes = 3 }));
        Assert.Equal(JmesErrorKind.LimitExceeded, fault.Kind);
        Assert.NotNull(JmesPath.Parse("[a,b,c]", new() { MaxExpressionNodes = 4 }));
        Assert.NotNull(JmesPath.Parse("[[a]]", new() { MaxExpressionDepth = 3 }));
        Assert.Throws<JmesPathException>(() => JmesPath.Parse("[[a]]", new() { MaxExpressionDepth = 2 }));
    }

    [Fact]
    public void A_literal_that_nests_too_deep_is_a_clear_error()
    {
        var literal = $"`{new string('[', 10_000)}{new string(']', 10_000)}`";
        var fault = Assert.Throws<JmesPathException>(() => JmesPath.Parse(literal));
        Assert.Equal(JmesErrorKind.LimitExceeded, fault.Kind);
        Assert.Throws<JmesPathException>(() => JmesPath.Parse("`[[1]]`", new() { MaxDocumentDepth = 1 }));
        Assert.Throws<JmesDocumentException>(() => JmesPath.Parse("a", new() { MaxDocumentDepth = 1 }).Evaluate("[[1]]"u8.ToArray()));
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        Assert.Contains("MaxExpressionDepth", Assert.Throws<ArgumentOutOfRangeException>(() => new JmesPathOptions { MaxExpressionDepth = 513 }).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new JmesPathOptions { MaxExpressionLength = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new JmesPathOptions { MaxExpressionNodes = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new JmesPathOptions { MaxDocumentDepth = 2049 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new JmesPathOptions { Dialect = (JmesDialect)7 });
        Assert.Throws<ArgumentNullException>(() => JmesPath.Parse(null!));
    }
}
