using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Eventide.Cli.Tests.Support;

namespace Eventide.Cli.Tests.Running;

/// <summary>Whatever a line holds, it is handled or dead-lettered, byte for byte, with a reason, and its neighbours are none the worse.</summary>
public sealed class BadInputTests : IDisposable
{
    private const int MiB = 1024 * 1024;

    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Kinds => [.. Lines.Keys];

    private static Dictionary<string, (Func<byte[]> Bytes, bool IsJson, bool IsShape)> Lines { get; } = new(StringComparer.Ordinal)
    {
        ["broken JSON"] = (() => """{"name": "a", """u8.ToArray(), false, false),
        ["not JSON at all"] = (() => "hello"u8.ToArray(), false, false),
        ["two values"] = (() => "{} {}"u8.ToArray(), false, false),
        ["invalid UTF-8"] = (() => [.. "{\"name\":\""u8, 0xFF, 0xC0, .. "\"}"u8], false, false),
        ["NUL bytes"] = (() => [0, 0, 1], false, false),
        ["10,000 deep"] = (() => Encoding.ASCII.GetBytes(new string('[', 10_000) + new string(']', 10_000)), false, false),
        ["10,000 deep, cut off"] = (() => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 10_000))), false, false),
        ["duplicate keys"] = (() => """{"name":"a","name":"b"}"""u8.ToArray(), true, true),
        ["a number beyond double"] = (() => """{"number":1e999}"""u8.ToArray(), true, false),
        ["a number of 400 digits"] = (() => Encoding.ASCII.GetBytes($$"""{"number":{{new string('9', 400)}}}"""), true, false),
        ["a lone surrogate"] = (() => """{"name":"\ud800"}"""u8.ToArray(), true, false),
        ["1 MiB"] = (() => Encoding.ASCII.GetBytes($$"""{"name":"{{new string('x', MiB)}}"}"""), true, true),
        ["64 MiB"] = (() => Encoding.ASCII.GetBytes($$"""{"name":"{{new string('x', 64 * MiB)}}"}"""), true, true),
        ["a number"] = (() => "1"u8.ToArray(), true, false),
        ["null"] = (() => "null"u8.ToArray(), true, false),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Any_line_reaches_an_untyped_handler_byte_for_byte(string kind)
    {
        var (line, isJson, _) = Lines[kind];
        var bytes = line();

        var result = await RunAsync("record", [.. "{}\n"u8, .. bytes, .. "\n{}"u8]);

        Assert.True(result.Code == 0, result.ToString());
        Assert.Equal((3, 3), (result.Total("received"), result.Total("succeeded")));
        var record = Records().Single(r => r.GetProperty("id").GetString() == "2");
        Assert.Equal(bytes.Length, record.GetProperty("bytes").GetInt32());
        Assert.Equal(Convert.ToHexString(SHA256.HashData(bytes)), record.GetProperty("hash").GetString());
        Assert.Equal(isJson, record.GetProperty("json").GetBoolean());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_typed_handler_gets_what_it_can_read_and_the_rest_is_dead_lettered_with_the_reason(string kind)
    {
        var (line, _, isShape) = Lines[kind];
        var bytes = line();

        var result = await RunAsync("typed", [.. "{}\n"u8, .. bytes, .. "\n{}"u8]);

        Assert.True(result.Code == (isShape ? 0 : 3), result.ToString());
        Assert.Equal((3, isShape ? 3 : 2, isShape ? 0 : 1), (result.Total("received"), (int)result.Total("succeeded"), (int)result.Total("dead_lettered")));
        if (!isShape)
        {
            // Dead letters are messages again: sent to another worker, they are what they were.
            var reason = JsonDocument.Parse(Assert.Single(_folder.Lines("dead")), new JsonDocumentOptions { MaxDepth = 100_000 })
                .RootElement.GetProperty("attributes").GetProperty("eventide-failure").GetString();
            Assert.Equal("UnreadableBody", reason);
            File.Delete(_folder["record"]);
            var again = await RunAsync("record", await File.ReadAllBytesAsync(_folder["dead"]));
            Assert.Equal(1, again.Total("succeeded"));
            Assert.Equal(Convert.ToHexString(SHA256.HashData(bytes)), Assert.Single(Records()).GetProperty("hash").GetString());
        }
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_part_of_the_first_line()
    {
        var result = await RunAsync("record", [0xEF, 0xBB, 0xBF, .. "{\"name\":\"a\"}\n{}\n"u8]);

        Assert.Equal(2, result.Total("succeeded"));
        Assert.All(Records(), r => Assert.True(r.GetProperty("json").GetBoolean()));
    }

    [Fact]
    public async Task A_byte_order_mark_within_the_file_does_not_keep_a_body_from_being_JSON()
    {
        var result = await RunAsync("typed", [.. "{}\n"u8, 0xEF, 0xBB, 0xBF, .. "{\"name\":\"a\"}\n"u8]);

        Assert.Equal(2, result.Total("succeeded"));
    }

    [Fact]
    public async Task Empty_lines_are_no_messages_and_lines_keep_their_numbers()
    {
        var result = await RunAsync("record", "\n{}\n\n   \r\n{}\n\n"u8.ToArray());

        Assert.Equal(2, result.Total("received"));
        Assert.Equal(["2", "5"], Records().Select(r => r.GetProperty("id").GetString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_line_longer_than_allowed_is_marked_as_cut_off()
    {
        var result = await RunAsync("record", [.. "{}\n"u8, .. Enumerable.Repeat((byte)'x', 2 * MiB), .. "\n{}"u8], "?max-line=1048576");

        Assert.Equal(3, result.Total("succeeded"));
        var cut = Records().Single(r => r.GetProperty("id").GetString() == "2");
        Assert.Equal("2097152", cut.GetProperty("attributes").GetProperty("eventide-truncated").GetString());
    }

    [Fact]
    public async Task An_empty_file_is_an_empty_queue()
    {
        var result = await RunAsync("record", []);

        Assert.Equal((0, 0), (result.Code, result.Total("received")));
    }

    private async Task<CliResult> RunAsync(string catchAll, byte[] input, string options = "") => await CliProcess.RunAsync(
        ["run", "--app", Built.TestHandlers, "--queue", $"file:{_folder.Write("in", input)}{options}", "--dead-letter", "file:" + _folder["dead"], "--json"],
        environment: new Dictionary<string, string> { ["TEST_CATCH_ALL"] = catchAll, ["TEST_RECORD"] = _folder["record"] });

    private JsonElement[] Records() => [.. _folder.Lines("record").Select(l => JsonDocument.Parse(l).RootElement)];
}
