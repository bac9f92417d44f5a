namespace Eventide.JmesPath.Tests.Functions;

public class JmesFunctionsTests
{
    private static readonly JmesPathOptions s_options = new()
    {
        Functions = new JmesFunctions()
            .Add("upper", 1, 1, static arguments => JmesValue.FromString(arguments[0].GetString().ToUpperInvariant()), JmesTypes.String)
            .Add("count", 0, int.MaxValue, static arguments => JmesValue.FromNumber((long)arguments.Length))
            .Add("any_of", 2, 2, Any, JmesTypes.Expression, JmesTypes.Array)
            .Add("boom", 0, 1, static _ => throw new TimeoutException("too late")),
    };

    [Theory]
    [InlineData("upper(a)", "\"X\"")]
    [InlineData("upper('b') == 'B'", "true")]
    [InlineData("count()", "0")]
    [InlineData("count(a, b, @)", "3")]
    [InlineData("any_of(&n > `1`, list)", "true")]
    [InlineData("any_of(&n > `2`, list)", "false")]
    [InlineData("list[*].count(n, @)", "[2,2]")]
    public void Registered_functions_are_called(string expression, string expected) =>
        Assert.Equal(expected, Json.Search(expression, """{"a":"x","list":[{"n":1},{"n":2}]}""", s_options));

    [Theory]
    [InlineData("upper(b)", JmesErrorKind.InvalidType, 6, "takes string as argument 1, but was given null")]
    [InlineData("any_of(a, list)", JmesErrorKind.InvalidType, 7, "takes expression as argument 1, but was given a string")]
    [InlineData("count(&a)", JmesErrorKind.InvalidType, 6, "expression reference")]
    [InlineData("a && boom()", JmesErrorKind.FunctionFailed, 5, "The function boom() failed: too late")]
    [InlineData("any_of(&abs(@), list)", JmesErrorKind.InvalidType, 0, "any_of() failed")]
    public void What_fails_in_them_is_an_evaluation_error(string expression, JmesErrorKind kind, int position, string part)
    {
        var compiled = JmesPath.Parse(expression, s_options);
        var root = Json.Read("""{"a":"x","list":[{"n":1}]}""");
        Assert.False(compiled.TryIsMatch(root, out _, out var error));
        Assert.Equal(kind, error.Kind);
        Assert.Equal(position, error.Position);
        Assert.Contains(part, error.Reason, StringComparison.Ordinal);
        var fault = Assert.Throws<JmesPathException>(() => compiled.Evaluate(root));
        Assert.Equal(kind, fault.Kind);
        Assert.Equal(error.Exception?.GetType(), fault.InnerException?.GetType());
    }

    [Fact]
    public void Numbers_of_arguments_are_checked_while_parsing()
    {
        Assert.Equal(JmesErrorKind.InvalidArity, Assert.Throws<JmesPathException>(() => JmesPath.Parse("upper()", s_options)).Kind);
        var fault = Assert.Throws<JmesPathException>(() => JmesPath.Parse("boom(a, b)", s_options));
        Assert.Contains("takes 0 to 1 arguments, but was given 2", fault.Message, StringComparison.Ordinal);
        fault = Assert.Throws<JmesPathException>(() => JmesPath.Parse("uper(a)", s_options));
        Assert.Equal(JmesErrorKind.UnknownFunction, fault.Kind);
        Assert.Contains("upper", fault.Message, StringComparison.Ordinal);
        Assert.Equal(JmesErrorKind.UnknownFunction, Assert.Throws<JmesPathException>(() => JmesPath.Parse("upper(a)")).Kind);
    }

    [Fact]
    public void Impossible_registrations_are_refused()
    {
        var functions = new JmesFunctions().Add("mine", 0, 0, static _ => default);
        Assert.Equal(["mine"], functions.Names);
        Assert.Throws<ArgumentException>(() => functions.Add("mine", 0, 0, static _ => default));
        Assert.Throws<ArgumentException>(() => functions.Add("length", 0, 0, static _ => default));
        Assert.Throws<ArgumentException>(() => functions.Add("1st", 0, 0, static _ => default));
        Assert.Throws<ArgumentException>(() => functions.Add("a-b", 0, 0, static _ => default));
        Assert.Throws<ArgumentException>(() => functions.Add("", 0, 0, static _ => default));
        Assert.Throws<ArgumentOutOfRangeException>(() => functions.Add("f", -1, 0, static _ => default));
        Assert.Throws<ArgumentOutOfRangeException>(() => functions.Add("f", 2, 1, static _ => default));
        Assert.Throws<ArgumentNullException>(() => functions.Add("f", 2, 2, null!));
    }

    private static JmesValue Any(ReadOnlySpan<JmesValue> arguments)
    {
        foreach (var item in arguments[1].EnumerateArray())
        {
            if (arguments[0].Apply(item).IsTruthy) return JmesValue.True;
        }
        return JmesValue.False;
    }
}
