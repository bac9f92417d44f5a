using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Eventide.JmesPath.Tests.Compliance;

public class ComplianceTests
{
    public static TheoryData<string> Files => [.. Directory.GetFiles(ComplianceSuite.Folder, "*.json").Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void The_whole_suite_is_there()
    {
        if (Environment.GetEnvironmentVariable("EVENTIDE_JMESPATH_SUITE") is { Length: > 0 }) return;
        Assert.Equal(ComplianceSuite.Files, Files.Count);
        Assert.Equal(ComplianceSuite.Cases, Files.Sum(file => ComplianceSuite.Read(file).Count()));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_case_of_the_official_suite_passes(string file)
    {
        var failures = new List<string>();
        var count = 0;
        foreach (var item in ComplianceSuite.Read(file))
        {
            count++;
            var got = Run(item.Expression, JmesDialect.Strict, JmesDocument.Parse(Encoding.UTF8.GetBytes(item.Given)).Root);
            if (!Agrees(item, got)) failures.Add($"{item.Expression}\n  expected {item.Error ?? item.Result}\n  got      {got}");
        }
        Assert.True(count > 0, $"{file} holds no cases");
        Assert.True(failures.Count == 0, $"{failures.Count} of {count} cases fail:\n{string.Join('\n', failures)}");
    }

    /// <summary>The same over values of System.Text.Json and over the members of a virtual object.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void Every_case_passes_on_a_virtual_object(string file)
    {
        foreach (var item in ComplianceSuite.Read(file))
        {
            using var json = JsonDocument.Parse(item.Given);
            var given = JmesValue.FromJson(json.RootElement);
            if (given.Kind == JmesKind.Object) given = JmesValue.FromObject(new Virtual(given));
            var got = Run(item.Expression, JmesDialect.Strict, given);
            Assert.True(Agrees(item, got), $"{item.Expression}\n  expected {item.Error ?? item.Result}\n  got      {got}");
        }
    }

    /// <summary>The relaxed dialect accepts more and reads nothing of the suite differently.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void Every_case_gives_the_same_in_the_relaxed_dialect(string file)
    {
        foreach (var item in ComplianceSuite.Read(file))
        {
            var got = Run(item.Expression, JmesDialect.Relaxed, JmesDocument.Parse(Encoding.UTF8.GetBytes(item.Given)).Root);
            Assert.True(Agrees(item, got), $"{item.Expression}\n  expected {item.Error ?? item.Result}\n  got      {got}");
        }
    }

    private static string Run(string expression, JmesDialect dialect, JmesValue given)
    {
        try
        {
            return JmesPath.Parse(expression, new() { Dialect = dialect }).Evaluate(given).ToJson();
        }
        catch (JmesPathException fault)
        {
            return fault.Kind switch
            {
                JmesErrorKind.Syntax => "syntax",
                JmesErrorKind.InvalidArity => "invalid-arity",
                JmesErrorKind.InvalidType => "invalid-type",
                JmesErrorKind.UnknownFunction => "unknown-function",
                JmesErrorKind.InvalidValue => "invalid-value",
                _ => fault.Kind.ToString(),
            };
        }
    }

    private static bool Agrees(ComplianceCase item, string got) =>
        item.Error is { } error ? got == error
            : got.Length > 0 && (got[0] is '"' or '{' or '[' or '-' || char.IsAsciiDigit(got[0]) || got is "true" or "false" or "null")
                && Same(JsonNode.Parse(item.Result!), JsonNode.Parse(got));

    // Not the comparison under test.
    private static bool Same(JsonNode? left, JsonNode? right) => (left, right) switch
    {
        (null, null) => true,
        (JsonArray a, JsonArray b) => a.Count == b.Count && a.Zip(b).All(pair => Same(pair.First, pair.Second)),
        (JsonObject a, JsonObject b) => a.Count == b.Count && a.All(member => b.ContainsKey(member.Key) && Same(member.Value, b[member.Key])),
        (JsonValue a, JsonValue b) when a.GetValueKind() == JsonValueKind.Number && b.GetValueKind() == JsonValueKind.Number =>
            Math.Abs(a.GetValue<double>() - b.GetValue<double>()) < 1e-12,
        (JsonValue a, JsonValue b) => JsonNode.DeepEquals(a, b),
        _ => false,
    };

    private sealed class Virtual(JmesValue inner) : JmesObject
    {
        private readonly KeyValuePair<string, JmesValue>[] _members = Copy(inner);

        public override IReadOnlyList<KeyValuePair<string, JmesValue>> Members => _members;

        public override bool TryGetMember(ReadOnlySpan<byte> utf8Name, out JmesValue value) => inner.TryGetMember(utf8Name, out value);

        private static KeyValuePair<string, JmesValue>[] Copy(JmesValue inner)
        {
            var members = new List<KeyValuePair<string, JmesValue>>();
            foreach (var member in inner.EnumerateObject()) members.Add(new(member.Name, member.Value));
            return [.. members];
        }
    }
}
