namespace Eventide.JmesPath.Tests.Syntax;

public class ErrorTests
{
    [Theory]
    [InlineData("foo ||", 6, "Expected an expression, but the expression ends here")]
    [InlineData("foo.", 4, "Expected a name, '*', '[' or '{' after the dot")]
    [InlineData("foo bar", 4, "Expected an operator or the end of the expression, but found 'bar'")]
    [InlineData("", 0, "empty")]
    [InlineData("  ", 2, "empty")]
    [InlineData("foo[1", 5, "Expected ']' or ':'")]
    [InlineData("foo[abc]", 4, ".[a, b]")]
    [InlineData("a = b", 2, "==")]
    [InlineData("foo[?a", 6, "']' after the filter's condition")]
    [InlineData("a > 5", 4, "`5`")]
    [InlineData("'open", 0, "single quote is never closed")]
    [InlineData("a == `{`", 5, "not JSON")]
    [InlineData("`foo`", 0, "not JSON")]
    [InlineData("\"open", 0, "double quote is never closed")]
    [InlineData("\"a\\x\"", 0, "JSON string")]
    [InlineData("&foo", 0, "argument of a function")]
    [InlineData("length(a", 8, "',' or ')'")]
    [InlineData("{a}", 2, "':'")]
    [InlineData("a#b", 1, "'#' cannot be part")]
    [InlineData("a\u0001", 1, "U+0001")]
    [InlineData("foo.-", 5, "digit")]
    [InlineData("a[1.5]", 3, "Expected ']' or ':'")]
    public void A_syntax_error_says_where_and_what_was_expected(string expression, int position, string part)
    {
        var fault = Assert.Throws<JmesPathException>(() => JmesPath.Parse(expression));
        Assert.Equal(JmesErrorKind.Syntax, fault.Kind);
        Assert.Equal(position, fault.Position);
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
        Assert.Equal(expression, fault.Expression);
        var lines = fault.Message.Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Equal(new string(' ', position) + "^", lines[2]);
        Assert.False(JmesPath.TryParse(expression, options: null, out var none, out var error));
        Assert.Null(none);
        Assert.Equal(fault.Message, error.Message);
    }

    [Fact]
    public void The_caret_stands_under_the_fault_in_long_and_in_many_lines()
    {
        var fault = Assert.Throws<JmesPathException>(() => JmesPath.Parse("a &&\n\tb ==\n c"  + " && \n?"));
        Assert.Equal("?", fault.Message.Split('\n')[1]);
        Assert.Equal("^", fault.Message.Split('\n')[2]);
        var many = string.Join(" || ", Enumerable.Repeat("body.type == 'x'", 50));
        fault = Assert.Throws<JmesPathException>(() => JmesPath.Parse(many + " ! " + many));
        var lines = fault.Message.Split('\n');
        Assert.Equal('!', lines[1][lines[2].Length - 1]);
        Assert.InRange(lines[1].Length, 60, 140);
        fault = Assert.Throws<JmesPathException>(() => JmesPath.Parse("\tfoo ]"));
        Assert.Equal(" foo ]", fault.Message.Split('\n')[1]);
        Assert.Equal("     ^", fault.Message.Split('\n')[2]);
    }

    [Theory]
    [InlineData("nope(a)", JmesErrorKind.UnknownFunction, 0, "known are abs, avg")]
    [InlineData("a || nope(a)", JmesErrorKind.UnknownFunction, 5, "nope()")]
    [InlineData("length(a, b)", JmesErrorKind.InvalidArity, 0, "takes 1 argument, but was given 2")]
    [InlineData("a[?contains(b)]", JmesErrorKind.InvalidArity, 3, "takes 2 arguments, but was given 1")]
    [InlineData("not_null()", JmesErrorKind.InvalidArity, 0, "takes at least 1 argument, but was given 0")]
    [InlineData("a[::0]", JmesErrorKind.InvalidValue, 4, "step cannot be 0")]
    public void Faults_of_meaning_are_found_while_parsing(string expression, JmesErrorKind kind, int position, string part)
    {
        var fault = Assert.Throws<JmesPathException>(() => JmesPath.Parse(expression));
        Assert.Equal(kind, fault.Kind);
        Assert.Equal(position, fault.Position);
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nope(a) +")]
    [InlineData("a[::0")]
    [InlineData("length(a, b) ||")]
    public void A_fault_of_grammar_comes_before_one_of_meaning(string expression) =>
        Assert.Equal(JmesErrorKind.Syntax, Assert.Throws<JmesPathException>(() => JmesPath.Parse(expression)).Kind);

    [Theory]
    [InlineData("a && length(b)", 12, "length() takes a string, an array or an object as argument 1, but was given a number")]
    [InlineData("sort_by(c, &x)", 11, "sort_by() takes an expression that gives numbers only, or strings only, as argument 2, but it gave an array")]
    [InlineData("sum(c[].x[])", 4, "sum() takes an array of numbers as argument 1, but it holds a boolean")]
    [InlineData("join(`1`, d)", 5, "join() takes a string as argument 1, but was given a number")]
    [InlineData("keys(d)", 5, "an object as argument 1, but was given null")]
    [InlineData("abs('x')", 4, "but was given a string")]
    [InlineData("to_string(&a)", 10, "but was given an expression reference")]
    public void An_evaluation_error_says_which_argument_was_wrong(string expression, int position, string part)
    {
        var compiled = JmesPath.Parse(expression);
        var root = Json.Read("""{"a":true,"b":1,"c":[{"x":[true]}]}""");
        var fault = Assert.Throws<JmesPathException>(() => compiled.Evaluate(root));
        Assert.Equal(JmesErrorKind.InvalidType, fault.Kind);
        Assert.Equal(position, fault.Position);
        Assert.Contains(part, fault.Message, StringComparison.Ordinal);
        Assert.Equal(new string(' ', position) + "^", fault.Message.Split('\n')[2]);
        Assert.False(compiled.TryIsMatch(root, out var match, out var error));
        Assert.False(match);
        Assert.Equal(position, error.Position);
        Assert.Equal(fault.Reason, error.Reason);
        Assert.Contains(part, error.ToString(), StringComparison.Ordinal);
        Assert.False(compiled.TryEvaluate(root, out var result, out _));
        Assert.Equal(JmesKind.Null, result.Kind);
        Assert.Throws<JmesPathException>(() => compiled.IsMatch(root));
    }

    [Theory]
    [InlineData("length(b) == `1` || `true`")]
    [InlineData("!length(b)")]
    [InlineData("[length(b), a] && `true`")]
    [InlineData("c[?length(x) == `1` || length(b) == `1`] || `true`")]
    [InlineData("map(&length(y), c) || `true`")]
    [InlineData("not_null(length(b), `true`)")]
    [InlineData("{x: length(b)} && `true`")]
    [InlineData("length(b) | `true`")]
    public void An_error_anywhere_fails_the_whole(string expression)
    {
        var compiled = JmesPath.Parse(expression);
        var root = Json.Read("""{"a":true,"b":1,"c":[{"x":[true,false]}]}""");
        Assert.False(compiled.TryIsMatch(root, out var match, out var error));
        Assert.False(match);
        Assert.Equal(JmesErrorKind.InvalidType, error.Kind);
        Assert.Throws<JmesPathException>(() => compiled.Evaluate(root));
    }

    [Theory]
    [InlineData("a || length(b)")]
    [InlineData("!a && length(b)")]
    [InlineData("not_null(a, length(b))")]
    [InlineData("d[?length(b)]")]
    public void What_is_not_reached_does_not_fail(string expression) =>
        Assert.True(JmesPath.Parse(expression).TryIsMatch(Json.Read("""{"a":true,"b":1}"""), out _, out _));
}
