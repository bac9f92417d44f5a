using FsCheck;
using FsCheck.Fluent;

namespace Eventide.JmesPath.Tests.Syntax;

public class ParserProperties
{
    private static readonly string[] s_pieces =
    [
        "a", "b", "body", "true", "null", "\"q\"", "'raw'", "`1`", "`{\"a\":[1]}`", "@", "*", ".", "..", "[", "]", "[]", "[*]", "[0]", "[-1]", "[1:2]", "[::-1]", "[?",
        "(", ")", "{", "}", "a:", ",", "|", "||", "&&", "&", "!", "==", "!=", "<", "<=", ">", ">=", " ", "1", "-1", "1.5", "length(", "sort_by(", "map(&", "&a", "nope(",
        "\"", "'", "`", "\\", "\u00e9", "\ud800", "\0", "#", "=",
    ];

    private static readonly JmesValue s_document = Json.Read("""{"a":[{"b":1,"c":"x"},{"b":2,"c":"\u0079"},[1,[2]]],"body":{"a":{"b":null,"q":[]}},"q":"raw","b":-1.5}""");

    [Fact]
    public void Random_pieces_parse_or_are_refused_with_a_position_and_evaluate_or_fail_with_one()
    {
        var parsed = 0;
        var texts = Gen.ArrayOf(Gen.Elements(s_pieces)).Select(string.Concat);
        Prop.ForAll(Arb.From(texts), text =>
        {
            foreach (var dialect in new[] { JmesDialect.Strict, JmesDialect.Relaxed })
            {
                if (Check(text, dialect)) Interlocked.Increment(ref parsed);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10_000).WithEndSize(20));
        Assert.True(parsed > 200, $"only {parsed} texts parsed");
    }

    [Fact]
    public void Random_characters_parse_or_are_refused_with_a_position() =>
        Prop.ForAll<string>(text => { Check(text ?? "", JmesDialect.Relaxed); }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    [Fact]
    public void Official_expressions_damaged_in_one_place_parse_or_are_refused_with_a_position()
    {
        var expressions = Directory.GetFiles(Compliance.ComplianceSuite.Folder, "*.json")
            .SelectMany(file => Compliance.ComplianceSuite.Read(Path.GetFileName(file))).Select(item => item.Expression).ToArray();
        foreach (var expression in expressions)
        {
            for (var i = 0; i < Math.Min(expression.Length, 40); i++)
            {
                Check(expression.Remove(i, 1), JmesDialect.Strict);
                Check(expression.Insert(i, "'"), JmesDialect.Strict);
                Check(expression[..i], JmesDialect.Relaxed);
            }
        }
    }

    private static bool Check(string text, JmesDialect dialect)
    {
        if (!JmesPath.TryParse(text, new() { Dialect = dialect }, out var expression, out var fault))
        {
            Assert.InRange(fault.Position, 0, text.Length);
            Assert.NotEmpty(fault.Reason);
            return false;
        }
        if (expression.TryEvaluate(s_document, out var result, out var error))
        {
            // The truth found without making the result is the result's, and results are JSON.
            Assert.True(expression.TryIsMatch(s_document, out var match, out _));
            Assert.Equal(result.IsTruthy, match);
            Assert.Equal(result, Json.Read(result.ToJson()));
        }
        else
        {
            Assert.InRange(error.Position, 0, text.Length);
            Assert.False(expression.TryIsMatch(s_document, out _, out var again));
            Assert.Equal(error.Reason, again.Reason);
        }
        return true;
    }
}
