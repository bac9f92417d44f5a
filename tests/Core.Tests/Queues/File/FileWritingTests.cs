using System.IO.Pipes;
using System.Text;
using System.Text.Json;
using Eventide.Queues;

namespace Eventide.Core.Tests.Queues;

public sealed class FileWritingTests
{
    [Fact]
    public async Task Plain_JSON_is_a_line_as_it_stands()
    {
        using var file = new TemporaryFile();
        await using var sender = file.Queue.OpenSender();

        await sender.SendTextsAsync("{\"a\": 1.50,\"a\":\"ü\\u00fc\"}", "[]", "\"text\"", "12");

        Assert.Equal("{\"a\": 1.50,\"a\":\"ü\\u00fc\"}\n[]\n\"text\"\n12\n", file.Text);
    }

    [Fact]
    public async Task JSON_of_several_lines_becomes_one_line_of_the_same_JSON()
    {
        using var file = new TemporaryFile();
        await using var sender = file.Queue.OpenSender();

        await sender.SendTextsAsync("{\r\n  \"a\": [\n1,\n\n2],\n\"b\":\"kept \\n \\r\"\n}\n");

        var line = Assert.Single(file.Text.TrimEnd('\n').Split('\n'));
        using var json = JsonDocument.Parse(line);
        Assert.Equal([1, 2], json.RootElement.GetProperty("a").EnumerateArray().Select(e => e.GetInt32()));
        Assert.Equal("kept \n \r", json.RootElement.GetProperty("b").GetString());
    }

    [Fact]
    public async Task Every_line_is_JSON_whatever_is_sent()
    {
        using var file = new TemporaryFile();
        await using var sender = file.Queue.OpenSender();
        await sender.SendAsync(
            [
                new("not JSON\nat all"),
                new(""),
                new("   "),
                new(new byte[] { 0xFF, 0x00, (byte)'\n' }),
                new("{\"open\":"),
                new("1 2"),
                new OutgoingMessage("{\"a\":1}") { Group = "g", Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["k"] = "ü\n\"" } },
            ],
            default);

        var lines = file.Text.TrimEnd('\n').Split('\n');

        Assert.Equal(7, lines.Length);
        Assert.All(lines, l => JsonDocument.Parse(l).Dispose());
        Assert.Equal("{\"eventide\":1,\"attributes\":{\"k\":\"ü\\n\\\"\"},\"group\":\"g\",\"body\":{\"a\":1}}", lines[6]);
    }

    [Fact]
    public async Task What_is_sent_is_read_back_byte_for_byte()
    {
        var random = new Random(20261102);
        using var file = new TemporaryFile();
        var sent = Enumerable.Range(0, 500).Select(_ => RandomMessage(random)).ToList();
        await using (var sender = file.Queue.OpenSender())
        {
            Assert.All(await sender.SendAsync(sent, default), r => Assert.True(r.IsSent, r.Error));
        }

        var read = await file.Queue.ReadAllAsync();

        Assert.Equal(sent.Count, read.Count);
        foreach (var (one, other) in sent.Zip(read))
        {
            Assert.Equal(one.Body.ToArray(), other.Body.ToArray());
            Assert.Equal(one.Group, other.Group);
            Assert.Equal(one.Attributes.OrderBy(a => a.Key, StringComparer.Ordinal), other.Attributes.OrderBy(a => a.Key, StringComparer.Ordinal));
        }
    }

    [Theory]
    [InlineData("{\"eventide\":1,\"body\":{\"a\":1}")]
    [InlineData("{\"eventide\":1,\"body\":{\"a\":1}} x")]
    [InlineData("{\"eventide\":1,\"body\":1,\"text\":\"two bodies\"}")]
    [InlineData("{\"eventide\":1,\"other\":1,\"body\":1}")]
    [InlineData("{\"eventide\":1,\"attributes\":{\"a\":1},\"body\":1}")]
    [InlineData("{\"eventide\":1,\"attributes\":{},\"attributes\":{},\"body\":1}")]
    [InlineData("{\"eventide\":1,\"attributes\":{\"a\":null},\"body\":1}")]
    [InlineData("{\"eventide\":1,\"group\":{},\"body\":1}")]
    [InlineData("{\"eventide\":1,\"base64\":\"***\"}")]
    [InlineData("{\"eventide\":1,\"text\":5}")]
    [InlineData("{\"eventide\":1,\"eventide\":1,\"body\":1}")]
    [InlineData("{\"eventide\":1,\"attributes\":{}}")]
    [InlineData("{\"eventide\":1,}")]
    [InlineData("{\"eventide\":1,")]
    [InlineData("{\"eventide\": 1,\"body\":1}")]
    [InlineData("{\"eventide\":2,\"body\":1}")]
    [InlineData("{\"body\":1,\"eventide\":1}")]
    public async Task A_line_that_only_looks_like_an_envelope_is_an_ordinary_line(string line)
    {
        using var file = new TemporaryFile(line + "\n");

        var message = Assert.Single(await file.Queue.ReadAllAsync());

        Assert.Equal(line, message.Text);
        Assert.Empty(message.Attributes);
        Assert.Null(message.Group);
    }

    [Theory]
    [InlineData("{\"eventide\":1,\"body\":{\"a\":1}}")]
    [InlineData("{\"eventide\":1,\"text\":\"x\",\"group\":\"y\"}")]
    public async Task A_body_that_looks_like_an_envelope_is_read_back_as_a_body(string body)
    {
        using var file = new TemporaryFile();
        await using var sender = file.Queue.OpenSender();
        await sender.SendTextsAsync(body);

        Assert.Equal(body, Assert.Single(await file.Queue.ReadAllAsync()).Text);
    }

    [Fact]
    public async Task Attributes_that_are_no_valid_text_harm_nothing()
    {
        using var file = new TemporaryFile();
        await using var sender = file.Queue.OpenSender();
        var broken = new OutgoingMessage("1") { Attributes = new Dictionary<string, string>(StringComparer.Ordinal) { ["lone"] = "a\ud800b" } };

        var results = await sender.SendAsync([broken, new("2")], default);

        Assert.All(results, r => Assert.True(r.IsSent, r.Error));
        var messages = await file.Queue.ReadAllAsync();
        Assert.Equal(["1", "2"], messages.Select(m => m.Text), StringComparer.Ordinal);
        Assert.Equal("a\ufffdb", messages[0].Attributes["lone"]);
    }

    [Fact]
    public async Task What_is_sent_follows_what_is_there_even_without_a_line_end()
    {
        using var file = new TemporaryFile("{\"by\":\"hand\"}");
        await using var sender = file.Queue.OpenSender();

        await sender.SendTextsAsync("{\"ours\":1}");
        await sender.SendTextsAsync("{\"ours\":2}");

        Assert.Equal("{\"by\":\"hand\"}\n{\"ours\":1}\n{\"ours\":2}\n", file.Text);
    }

    [Fact]
    public async Task Senders_at_the_same_time_mix_no_lines()
    {
        using var file = new TemporaryFile();
        var options = new FileQueueOptions { FlushToDisk = false };
        await Task.WhenAll(Enumerable.Range(0, 8).Select(s => Task.Run(async () =>
        {
            await using var sender = new FileQueue(file.Path, options).OpenSender();
            for (var batch = 0; batch < 25; batch++)
            {
                await sender.SendTextsAsync([.. Enumerable.Range(0, 10).Select(n => $"{{\"sender\":{s},\"number\":{batch * 10 + n}}}")]);
            }
        })));

        var messages = await file.Queue.ReadAllAsync();

        Assert.Equal(2000, messages.Count);
        Assert.All(Enumerable.Range(0, 8), s => Assert.Equal(
            Enumerable.Range(0, 250),
            messages.Where(m => m.Json.GetProperty("sender").GetInt32() == s).Select(m => m.Json.GetProperty("number").GetInt32())));
    }

    [Fact]
    public async Task A_file_that_was_moved_away_is_made_anew()
    {
        using var file = new TemporaryFile();
        await using var sender = file.Queue.OpenSender();
        await sender.SendTextsAsync("1");
        System.IO.File.Move(file.Path, file.Path + ".1");

        await sender.SendTextsAsync("2");

        Assert.Equal("2\n", file.Text);
        Assert.Equal("1\n", System.IO.File.ReadAllText(file.Path + ".1"));
    }

    [Fact]
    public async Task A_delay_is_refused_for_that_message_alone()
    {
        using var file = new TemporaryFile();
        await using var sender = file.Queue.OpenSender();

        var results = await sender.SendAsync([new("1") { Delay = TimeSpan.FromSeconds(1) }, new("2")], default);

        Assert.False(results[0].IsSent);
        Assert.False(results[0].IsTransient);
        Assert.True(results[1].IsSent);
        Assert.Equal("2\n", file.Text);
    }

    [Fact]
    public async Task A_line_too_long_to_be_read_back_is_refused_for_that_message_alone()
    {
        using var file = new TemporaryFile();
        await using var sender = new FileQueue(file.Path, new FileQueueOptions { MaxLineBytes = 1024 }).OpenSender();

        var results = await sender.SendAsync([new("1"), new(new string('1', 1025)), new(new string('2', 1024)), new(new byte[1000])], default);

        Assert.Equal([true, false, true, false], results.Select(r => r.IsSent));
        Assert.Equal("1\n" + new string('2', 1024) + "\n", file.Text);
    }

    [Fact]
    public async Task A_reader_that_went_away_is_an_error_with_a_clear_text()
    {
        await using var output = new AnonymousPipeServerStream(PipeDirection.Out);
        output.DisposeLocalCopyOfClientHandle();
        await using var sender = FileQueue.FromStreams("stdout", Stream.Null, output).OpenSender();

        var error = await Assert.ThrowsAsync<QueueException>(() => sender.SendTextsAsync("1"));

        Assert.False(error.IsTransient);
        Assert.StartsWith("stdout: writing failed", error.Message, StringComparison.Ordinal);
        Assert.Contains("has gone", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_does_not_read_holds_up_no_cancellation()
    {
        await using var output = new AnonymousPipeServerStream(PipeDirection.Out);
        await using var input = new AnonymousPipeClientStream(PipeDirection.In, output.ClientSafePipeHandle);
        var sender = FileQueue.FromStreams("stdout", Stream.Null, output).OpenSender();
        using var cancel = new CancellationTokenSource();
        var sending = sender.SendAsync([new(Encoding.ASCII.GetBytes(new string('1', 1 << 20)))], cancel.Token).AsTask();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventide.Tests.Eventually.Ends(sending));

        // Read to the end, so that the write on its thread ends too.
        var buffer = new byte[64 * 1024];
        var read = 0;
        while (read <= 1 << 20)
        {
            read += await input.ReadAsync(buffer);
        }

        await sender.DisposeAsync();
    }

    private static OutgoingMessage RandomMessage(Random random)
    {
        string[] texts = ["{\"a\":[1,2,{\"b\":null}]}", "text ü 東 🚀", "", " ", "1\n2", "\r", "\u2028 <&>'\"\\", "{\"eventide\":1,\"body\":2}", "null", "\uFEFF{}", "{\"a\":\"\\ud800\"}", "1e999", "[[[[]]]]"];
        var body = random.Next(3) switch
        {
            0 => RandomBytes(random, random.Next(0, 300)),
            _ => Encoding.UTF8.GetBytes(texts[random.Next(texts.Length)]),
        };
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = random.Next(4); i > 0; i--)
        {
            attributes[texts[random.Next(texts.Length)]] = texts[random.Next(texts.Length)];
        }

        return new OutgoingMessage(body) { Attributes = attributes, Group = random.Next(3) == 0 ? texts[random.Next(texts.Length)] : null };
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
