using Eventide.JmesPath.Syntax;

namespace Eventide.JmesPath.Tests.Syntax;

public class SyntaxTreeTests
{
    [Fact]
    public void A_rule_shows_its_paths_literals_and_operators()
    {
        var root = Assert.IsType<AndNode>(JmesPath.Parse("body.a.b == 'x' && (c || d) && !e").Root);
        Assert.Equal(3, root.Operands.Count);
        var comparison = Assert.IsType<ComparisonNode>(root.Operands[0]);
        Assert.Equal(JmesComparison.Equal, comparison.Comparison);
        var path = Assert.IsType<SubexpressionNode>(comparison.Left);
        Assert.Equal(["body", "a", "b"], path.Fields!.Select(field => field.Name), StringComparer.Ordinal);
        Assert.Equal("b"u8.ToArray(), path.Fields![2].Utf8Name.ToArray());
        Assert.Equal(JmesValue.FromString("x"), Assert.IsType<LiteralNode>(comparison.Right).Value);
        Assert.Equal(2, Assert.IsType<OrNode>(root.Operands[1]).Operands.Count);
        Assert.Equal("e", Assert.IsType<FieldNode>(Assert.IsType<NotNode>(root.Operands[2]).Operand).Name);
        Assert.Null(Assert.IsType<SubexpressionNode>(JmesPath.Parse("a[0].b").Root).Fields);
    }

    [Theory]
    [InlineData("a == b", JmesComparison.Equal)]
    [InlineData("a != b", JmesComparison.NotEqual)]
    [InlineData("a < b", JmesComparison.Less)]
    [InlineData("a <= b", JmesComparison.LessOrEqual)]
    [InlineData("a > b", JmesComparison.Greater)]
    [InlineData("a >= b", JmesComparison.GreaterOrEqual)]
    public void Comparators_are_told_apart(string expression, JmesComparison comparison) =>
        Assert.Equal(comparison, Assert.IsType<ComparisonNode>(JmesPath.Parse(expression).Root).Comparison);

    [Fact]
    public void Every_node_knows_its_place_in_the_text()
    {
        const string text = "body.items[?q > `1`].name | length(@) == `2`";
        var expression = JmesPath.Parse(text);
        Assert.Equal(text, expression.Text);
        Assert.Equal(text, expression.ToString());
        var parts = new List<string>();
        Walk(expression.Root);
        Assert.Contains("body.items", parts, StringComparer.Ordinal);
        Assert.Contains("q > `1`", parts, StringComparer.Ordinal);
        Assert.Contains("body.items[?q > `1`].name", parts, StringComparer.Ordinal);
        Assert.Contains("length(@)", parts, StringComparer.Ordinal);
        Assert.Contains("`2`", parts, StringComparer.Ordinal);

        void Walk(JmesNode node)
        {
            parts.Add(text[node.Position..node.End]);
            foreach (var child in node.Children) Walk(child);
        }
    }

    [Fact]
    public void A_node_can_be_evaluated_by_itself()
    {
        var root = (AndNode)JmesPath.Parse("body.total > `100` && length(body.total) == `1`").Root;
        var document = Json.Read("""{"body":{"total":50}}""");
        Assert.Equal(JmesValue.False, JmesExpression.Evaluate(root.Operands[0], document));
        Assert.Equal(JmesValue.FromNumber(50), JmesExpression.Evaluate(((ComparisonNode)root.Operands[0]).Left, document));
        Assert.Throws<JmesPathException>(() => JmesExpression.Evaluate(root.Operands[1], document));
        Assert.False(JmesExpression.TryEvaluate(root.Operands[1], document, out _, out var error));
        Assert.Equal(29, error.Position);
    }

    [Theory]
    [InlineData("'\\\\'", "\\\\\\\\")]
    [InlineData("'\\z'", "\\\\z")]
    [InlineData("'a\\'b'", "a'b")]
    [InlineData("'\\\\\\''", "\\\\\\\\'")]
    [InlineData("`\"\\`\"`", "`")]
    [InlineData("`\"\\\\u0041\"`", "\\\\u0041")]
    [InlineData("`\"\\u0041\"`", "A")]
    public void Escapes_in_literals_are_those_of_the_grammar(string expression, string json) =>
        Assert.Equal($"\"{json}\"", Json.Search(expression, "null"));
}
