using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using FsCheck;
using FsCheck.Fluent;

namespace Eventide.JmesPath.Tests.Documents;

/// <summary>The tape beside System.Text.Json on random documents, whole and damaged.</summary>
public class TokenizerProperties
{
    private const int MaxDepth = 64;

    private static readonly JsonSerializerOptions s_relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Gen<string> s_text = Gen.OneOf(
        ArbMap.Default.GeneratorFor<string>().Select(s => s ?? ""),
        Gen.Elements("", "a", "type", "true", "\"", "\\", "/", "\u00e9", "\u2713", "\U0001D11E", "\0", "\u001f", "line\nfeed", new string('x', 40), new string('y', 300) + "\t"));

    private static readonly Gen<string> s_number = Gen.Elements(
        "0", "-0", "1", "-1", "42", "1.5", "-0.25", "1e3", "1E-2", "2.5e+10", "123456789012345678", "9223372036854775807", "-9223372036854775808",
        "9223372036854775808", "18446744073709551615", "123456789012345678901234567890", "0.1", "1.7976931348623157e308", "5e-324", "1e999");

    private static Gen<string> Value(int size) => size <= 0
        ? Gen.OneOf(s_number, s_text.Select(Quote), Gen.Elements("null", "true", "false", "[]", "{}"))
        : Gen.OneOf(
            Value(0),
            Gen.ArrayOf(Value(size / 3)).Select(items => $"[{Space(items.Length)}{string.Join(" ,", items.Take(6))}]"),
            Gen.ArrayOf(Member(size / 3)).Select(items => $"{{{string.Join(",\n", items.Take(6))}{Space(items.Length)}}}"));

    private static Gen<string> Member(int size) =>
        s_text.SelectMany(name => Value(size).Select(value => $"{Quote(name)}{Space(name.Length)}:{Space(size)}{value}"));

    private static string Space(int seed) => (seed % 4) switch { 1 => " ", 2 => "\t\r\n", _ => "" };

    // Every third string escapes all it can, the others what they must.
    private static string Quote(string text)
    {
        text = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        return text.Length % 3 == 0
            ? JsonSerializer.Serialize(text)
            : JsonSerializer.Serialize(text, s_relaxed);
    }

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = MaxDepth };

    [Fact]
    public void Random_documents_read_as_System_Text_Json_reads_them() =>
        Prop.ForAll(Arb.From(Gen.Sized(Value)), json =>
        {
            using var expected = JsonDocument.Parse(json, s_options);
            var root = JmesDocument.Parse(Encoding.UTF8.GetBytes(json), MaxDepth).Root;
            AssertSame(expected.RootElement, root);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));

    [Fact]
    public void Random_documents_written_and_read_again_are_equal_and_hash_alike() =>
        Prop.ForAll(Arb.From(Gen.Sized(Value)), json =>
        {
            var first = JmesDocument.Parse(Encoding.UTF8.GetBytes(json), MaxDepth).Root;
            var second = JmesDocument.Parse(Encoding.UTF8.GetBytes(first.ToJson()), MaxDepth).Root;
            Assert.True(first.Equals(second) && second.Equals(first), json);
            Assert.Equal(first.GetHashCode(), second.GetHashCode());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Damaged_documents_are_accepted_exactly_when_System_Text_Json_accepts_them_and_they_are_utf8()
    {
        var accepted = 0;
        var refused = 0;
        var damage = Gen.Choose(0, 1 << 20).SelectMany(at => Gen.Choose(0, 3).SelectMany(how =>
            Gen.Elements((byte)'"', (byte)'\\', (byte)'{', (byte)'}', (byte)'[', (byte)']', (byte)',', (byte)':', (byte)'0', (byte)'-', (byte)'.', (byte)'e',
                (byte)' ', (byte)'\n', (byte)0, (byte)0x1f, (byte)0x7f, (byte)'u', (byte)'t', (byte)0x80, (byte)0xC3, (byte)0xEF, (byte)0xFF)
                .Select(value => (at, how, value))));
        var texts = Gen.Sized(Value).SelectMany(json => Gen.ArrayOf(damage).Select(all => Damage(json, all)));
        Prop.ForAll(Arb.From(texts), bytes =>
        {
            bool expected;
            try
            {
                JsonDocument.Parse(bytes, s_options).Dispose();
                // System.Text.Json looks at the encoding only when a string is asked for.
                expected = Utf8.IsValid(bytes);
            }
            catch (JsonException)
            {
                expected = false;
            }
            var actual = new JmesDocument(MaxDepth).TryLoad(bytes, out var error);
            Assert.True(expected == actual, $"{Convert.ToHexString(bytes)} {error}");
            Assert.InRange(error.Position, 0, bytes.Length);
            if (actual) Interlocked.Increment(ref accepted);
            else Interlocked.Increment(ref refused);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(6_000));
        Assert.True(accepted > 300 && refused > 300, $"{accepted} accepted, {refused} refused");
    }

    [Fact]
    public void Every_prefix_of_a_document_is_refused_as_an_early_end()
    {
        var text = Encoding.UTF8.GetBytes("""{"a":[true,false,null,-1.5e-3,"\u00e9\n"],"a long name beyond sixteen bytes":{"x":{}}}""");
        for (var length = 1; length < text.Length; length++)
        {
            Assert.False(new JmesDocument().TryLoad(text.AsMemory(0, length), out var error));
            Assert.Equal(JmesDocumentFault.UnexpectedEnd, error.Fault);
            Assert.Equal(length, error.Position);
        }
    }

    private static byte[] Damage(string json, (int At, int How, byte Value)[] all)
    {
        var bytes = Encoding.UTF8.GetBytes(json).ToList();
        foreach (var (at, how, value) in all.Take(2))
        {
            if (bytes.Count == 0) break;
            var place = at % bytes.Count;
            switch (how)
            {
                case 0:
                    bytes[place] = value;
                    break;
                case 1:
                    bytes.RemoveAt(place);
                    break;
                case 2:
                    bytes.Insert(place, value);
                    break;
                default:
                    bytes.RemoveRange(place, bytes.Count - place);
                    break;
            }
        }
        return [.. bytes];
    }

    private static void AssertSame(JsonElement expected, JmesValue actual)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                Assert.Equal(JmesKind.Object, actual.Kind);
                var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
                foreach (var member in expected.EnumerateObject()) members[member.Name] = member.Value;
                var seen = 0;
                foreach (var member in actual.EnumerateObject())
                {
                    seen++;
                    AssertSame(members[member.Name], member.Value);
                    Assert.True(actual.TryGetMember(member.Name, out var again) && again.Equals(member.Value));
                }
                Assert.Equal(members.Count, seen);
                break;
            case JsonValueKind.Array:
                Assert.Equal(JmesKind.Array, actual.Kind);
                Assert.Equal(expected.GetArrayLength(), actual.Length);
                var i = 0;
                foreach (var item in actual.EnumerateArray())
                {
                    AssertSame(expected[i], item);
                    Assert.Equal(item, actual[i]);
                    i++;
                }
                Assert.Equal(expected.GetArrayLength(), i);
                break;
            case JsonValueKind.String:
                Assert.Equal(expected.GetString(), actual.GetString());
                Assert.Equal(JmesValue.FromString(expected.GetString()!), actual);
                Assert.Equal(JmesValue.FromString(expected.GetString()!).GetHashCode(), actual.GetHashCode());
                break;
            case JsonValueKind.Number:
                Assert.Equal(expected.GetDouble(), actual.GetDouble());
                Assert.Equal(expected.GetRawText(), actual.ToJson());
                if (expected.TryGetInt64(out var integer)) Assert.True(actual.TryGetInt64(out var same) && same == integer);
                break;
            default:
                Assert.Equal(expected.GetRawText(), actual.ToJson());
                break;
        }
    }
}
