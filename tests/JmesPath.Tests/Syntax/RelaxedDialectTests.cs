using Eventide.JmesPath.Syntax;

namespace Eventide.JmesPath.Tests.Syntax;

public class RelaxedDialectTests
{
    private const string Document = """{"total":150,"ratio":-1500.0,"ok":true,"no":false,"none":null,"true":"field","items":[{"q":1},{"q":5}]}""";

    private static readonly JmesPathOptions s_relaxed = new() { Dialect = JmesDialect.Relaxed };

    [Theory]
    [InlineData("total > 100", "true")]
    [InlineData("100 < total", "true")]
    [InlineData("total == 150", "true")]
    [InlineData("total == 150.0", "true")]
    [InlineData("total == 1.5e2", "true")]
    [InlineData("total == 15E+1", "true")]
    [InlineData("ratio == -1.5e3", "true")]
    [InlineData("-2000 <= ratio", "true")]
    [InlineData("1 == 1", "true")]
    [InlineData("1 < 2 && total > 100 || no", "true")]
    [InlineData("items[?q > 2].q", "[5]")]
    [InlineData("items[?2 > q].q", "[1]")]
    [InlineData("(total) > (total) || total != 0", "true")]
    [InlineData("length(items) == 2", "true")]
    [InlineData("ok == true", "true")]
    [InlineData("true == ok", "true")]
    [InlineData("no == false", "true")]
    [InlineData("none == null", "true")]
    [InlineData("missing == null", "true")]
    [InlineData("missing == true", "false")]
    [InlineData("missing != true", "true")]
    [InlineData("true == true", "true")]
    [InlineData("!(ok == false)", "true")]
    [InlineData("[ok == true, no]", "[true,false]")]
    public void Bare_literals_stand_beside_a_comparator(string expression, string expected) =>
        Assert.Equal(expected, Json.Search(expression, Document, s_relaxed));

    [Theory]
    [InlineData("true", "\"field\"")]
    [InlineData("null", "null")]
    [InlineData("\"true\" == ok", "false")]
    [InlineData("\"true\" == 'field'", "true")]
    [InlineData("(true) == 'field'", "true")]
    [InlineData("@.true == 'field'", "true")]
    [InlineData("'field' == @.true", "true")]
    [InlineData("true.x == null", "true")]
    [InlineData("null == true.x", "true")]
    [InlineData("true || false", "\"field\"")]
    [InlineData("!true == ok", "false")]
    [InlineData("ok && true", "\"field\"")]
    [InlineData("to_array(true)", "[\"field\"]")]
    [InlineData("items[1:2].q", "[5]")]
    [InlineData("items[-1].q", "5")]
    public void Everything_else_means_what_it_means_in_the_strict_dialect(string expression, string expected)
    {
        Assert.Equal(expected, Json.Search(expression, Document, s_relaxed));
    }

    [Theory]
    [InlineData("5", 0)]
    [InlineData("foo.1", 4)]
    [InlineData("total + 5", 6)]
    [InlineData("contains(items, 5)", 16)]
    [InlineData("5 || total", 0)]
    [InlineData("total > 5.", 10)]
    [InlineData("total > 05", 8)]
    [InlineData("total > -", 9)]
    [InlineData("total > (5)", 9)]
    [InlineData("items[1.5]", 6)]
    [InlineData("items[1e1]", 6)]
    [InlineData("[5]x", 3)]
    public void Bare_numbers_elsewhere_are_syntax_errors(string expression, int position)
    {
        var fault = Assert.Throws<JmesPathException>(() => JmesPath.Parse(expression, s_relaxed));
        Assert.Equal(JmesErrorKind.Syntax, fault.Kind);
        Assert.Equal(position, fault.Position);
    }

    [Theory]
    [InlineData("total > 100")]
    [InlineData("-1 < total")]
    [InlineData("items[?q > 2]")]
    public void The_strict_dialect_refuses_bare_numbers(string expression) =>
        Assert.Equal(JmesErrorKind.Syntax, Assert.Throws<JmesPathException>(() => JmesPath.Parse(expression)).Kind);

    [Fact]
    public void The_strict_dialect_reads_bare_words_as_fields()
    {
        Assert.Equal("false", Json.Search("ok == true", Document));
        Assert.Equal("true", Json.Search("missing == false", Document));
    }

    [Fact]
    public void Relaxed_operands_are_literals_in_the_tree()
    {
        var comparison = Assert.IsType<ComparisonNode>(JmesPath.Parse("a.b == true", s_relaxed).Root);
        Assert.Equal(JmesValue.True, Assert.IsType<LiteralNode>(comparison.Right).Value);
        Assert.Equal((7, 11), (comparison.Right.Position, comparison.Right.End));
        Assert.IsType<FieldNode>(Assert.IsType<ComparisonNode>(JmesPath.Parse("a.b == true").Root).Right);
    }
}
