using System.Runtime.InteropServices;
using System.Text;
using Eventide.Queues;
using Eventide.Tests;

namespace Eventide.Core.Tests.Queues;

public sealed class FileReadingTests
{
    [Fact]
    public async Task Lines_are_messages_with_their_numbers_as_ids()
    {
        using var file = new TemporaryFile("{\"a\":1}\r\n\n  \t\r\nplain\nlast");

        var messages = await file.Queue.ReadAllAsync();

        Assert.Equal([("1", "{\"a\":1}"), ("4", "plain"), ("5", "last")], messages.Select(m => (m.Id, m.Text)));
        Assert.All(messages, m => Assert.Equal(file.Path, m.Queue));
        Assert.All(messages, m => Assert.Equal(1, m.Attempt));
    }

    [Fact]
    public async Task A_byte_order_mark_is_skipped_at_the_start_and_only_there()
    {
        using var file = new TemporaryFile();
        System.IO.File.WriteAllBytes(file.Path, [0xEF, 0xBB, 0xBF, .. "{\"a\":1}\n"u8, 0xEF, 0xBB, 0xBF, .. "b\n"u8]);

        var messages = await file.Queue.ReadAllAsync();

        Assert.Equal("{\"a\":1}"u8.ToArray(), messages[0].Body.ToArray());
        Assert.True(messages[0].IsJson);
        Assert.Equal([0xEF, 0xBB, 0xBF, .. "b"u8], messages[1].Body.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\r\n \r\n")]
    [InlineData("\uFEFF")]
    public async Task A_file_of_nothing_is_at_its_end(string content)
    {
        using var file = new TemporaryFile(content);

        Assert.Empty(await file.Queue.ReadAllAsync());
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF8_pass_through()
    {
        using var file = new TemporaryFile();
        byte[] line = [0xFF, 0xFE, (byte)'{', 0x00, 0xC3, (byte)'\r', (byte)'x'];
        System.IO.File.WriteAllBytes(file.Path, [.. line, (byte)'\n']);

        Assert.Equal(line, Assert.Single(await file.Queue.ReadAllAsync()).Body.ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task However_the_bytes_arrive_the_lines_are_the_same(bool canSeek)
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var (content, expected) = RandomLines(random);
            var stream = new DribblingStream(content, seed, seed % 3 == 0 ? (canSeek ? 50 : 20_000) : 200_000, canSeek);
            var queue = FileQueue.FromStreams("stream", stream, Stream.Null);

            var messages = await queue.ReadAllAsync(random.Next(1, 1024));

            Assert.Equal(expected.Select(l => l.Number), messages.Select(m => m.Id), StringComparer.Ordinal);
            for (var i = 0; i < expected.Count; i++)
            {
                Assert.True(expected[i].Body.AsSpan().SequenceEqual(messages[i].Body.Span), $"seed {seed}, line {messages[i].Id}");
            }
        }
    }

    [Theory]
    [InlineData(1024, 1024, "", false)]
    [InlineData(1024, 1024, "\r", false)]
    [InlineData(1024, 1025, "", true)]
    [InlineData(1024, 500_000, "\r", true)]
    [InlineData(200_000, 200_000, "\r", false)]
    [InlineData(200_000, 200_001, "\r", true)]
    [InlineData(200_000, 5_000_000, "", true)]
    public async Task A_line_too_long_is_cut_and_marked_and_its_neighbours_are_whole(int max, int length, string lineEnd, bool isCut)
    {
        var line = new string('x', length - 1) + "y";
        var content = Encoding.ASCII.GetBytes($"before\n{line}{lineEnd}\nafter\n{line}{lineEnd}");

        foreach (var longest in (int[])[100_000, 777])
        {
            var queue = FileQueue.FromStreams("stream", new DribblingStream(content, 1, longest, canSeek: true), Stream.Null, new FileQueueOptions { MaxLineBytes = max });
            var messages = await queue.ReadAllAsync();

            Assert.Equal(["1", "2", "3", "4"], messages.Select(m => m.Id), StringComparer.Ordinal);
            Assert.Equal("before", messages[0].Text);
            Assert.Equal("after", messages[2].Text);
            foreach (var message in (Message[])[messages[1], messages[3]])
            {
                Assert.Equal(isCut ? line[..Math.Min(max, 64 * 1024)] : line, message.Text);
                Assert.Equal(isCut ? length.ToString(System.Globalization.CultureInfo.InvariantCulture) : null, message.Attributes.GetValueOrDefault(FileQueueOptions.TruncatedAttribute));
            }
        }
    }

    [Fact]
    public async Task A_line_of_64_MiB_is_a_message()
    {
        using var file = new TemporaryFile();
        var line = new byte[64 * 1024 * 1024];
        Array.Fill(line, (byte)'z');
        System.IO.File.WriteAllBytes(file.Path, [.. line, .. "\n{\"after\":true}\n"u8]);

        var messages = await file.Queue.ReadAllAsync();

        Assert.True(line.AsSpan().SequenceEqual(messages[0].Body.Span));
        Assert.Equal("{\"after\":true}", messages[1].Text);
        Assert.True(MemoryMarshal.TryGetArray(messages[1].Body, out var segment));
        Assert.True(segment.Array!.Length < 85_000, "A small message keeps the memory of the large one before it.");
    }

    [Fact]
    public async Task A_released_message_keeps_no_chunk_alive()
    {
        using var file = new TemporaryFile("one\ntwo\nthree\n");
        await using var receiver = file.Queue.OpenReceiver();
        var first = (await receiver.TakeAsync()).Messages[0];

        await receiver.ReleaseOneAsync(first);

        var again = Assert.Single((await receiver.TakeAsync()).Messages).Message;
        Assert.Equal(("1", "one", 2), (again.Id, again.Text, again.Attempt));
        Assert.True(MemoryMarshal.TryGetArray(again.Body, out var segment));
        Assert.Equal(3, segment.Array!.Length);
    }

    [Fact]
    public async Task The_end_is_not_reported_while_a_released_message_waits()
    {
        var time = new FakeTime();
        using var file = new TemporaryFile("one\ntwo\n");
        await using var receiver = new FileQueue(file.Path, time: time).OpenReceiver();
        var all = await receiver.TakeAsync();
        Assert.True(all.IsLast);
        Assert.Equal(2, all.Messages.Count);
        await receiver.ReleaseOneAsync(all.Messages[0], TimeSpan.FromSeconds(10));

        var early = await receiver.TakeAsync();
        Assert.Empty(early.Messages);
        Assert.False(early.IsLast);

        var waiting = receiver.TakeAsync(wait: TimeSpan.FromMinutes(1)).AsTask();
        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(waiting.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.1));
        var due = await Eventually.Ends(waiting);
        Assert.Equal(("one", 2), (due.Messages[0].Message.Text, due.Messages[0].Message.Attempt));
        Assert.True(due.IsLast);
    }

    [Fact]
    public async Task At_the_end_a_receive_waits_for_what_is_held_and_not_for_nothing()
    {
        var time = new FakeTime();
        using var file = new TemporaryFile("one\ntwo\n");
        await using var receiver = new FileQueue(file.Path, time: time).OpenReceiver();
        var all = (await receiver.TakeAsync()).Messages;

        // Two are held: one of them may be released, which brings it at once.
        var waiting = receiver.TakeAsync(wait: TimeSpan.FromMinutes(1)).AsTask();
        Assert.False(waiting.IsCompleted);
        await receiver.ReleaseOneAsync(all[1]);
        var again = await Eventually.Ends(waiting);
        Assert.Equal("two", Assert.Single(again.Messages).Message.Text);

        // All acknowledged: nothing can come any more, and the wait ends with that.
        waiting = receiver.TakeAsync(wait: TimeSpan.FromMinutes(1)).AsTask();
        Assert.False(waiting.IsCompleted);
        await receiver.AcknowledgeAsync([all[0], again.Messages[0]], default);
        var last = await Eventually.Ends(waiting);
        Assert.True(last.IsLast);
        Assert.Empty(last.Messages);
        Assert.True((await Eventually.Ends(receiver.TakeAsync(wait: TimeSpan.FromMinutes(1)).AsTask())).IsLast);
    }

    [Fact]
    public async Task A_silent_standard_input_holds_up_neither_cancellation_nor_disposal_and_loses_nothing()
    {
        var input = new GatedStream();
        var receiver = FileQueue.FromStreams("stdin", input, Stream.Null).OpenReceiver();
        using var cancel = new CancellationTokenSource();
        var waiting = receiver.TakeAsync(wait: TimeSpan.FromMinutes(10), cancellationToken: cancel.Token).AsTask();
        Assert.False(waiting.IsCompleted);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Eventually.Ends(waiting));

        // The read that the cancelled receive had begun is still under way, and what it brings belongs to the next.
        input.Say("one\ntw");
        var batch = await Eventually.Ends(receiver.TakeAsync(wait: TimeSpan.FromMinutes(10)).AsTask());
        Assert.Equal("one", Assert.Single(batch.Messages).Message.Text);
        Assert.False(batch.IsLast);
        input.Say("o\n");
        Assert.Equal("two", Assert.Single((await Eventually.Ends(receiver.TakeAsync(wait: TimeSpan.FromMinutes(10)).AsTask())).Messages).Message.Text);

        waiting = receiver.TakeAsync(wait: TimeSpan.FromMinutes(10)).AsTask();
        await Eventually.Ends(receiver.DisposeAsync().AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Eventually.Ends(waiting));
        input.End();
    }

    [Fact]
    public async Task A_released_message_comes_while_standard_input_is_silent()
    {
        var input = new GatedStream();
        await using var receiver = FileQueue.FromStreams("stdin", input, Stream.Null).OpenReceiver();
        input.Say("one\n");
        var first = Assert.Single((await Eventually.Ends(receiver.TakeAsync(wait: TimeSpan.FromMinutes(1)).AsTask())).Messages);
        var waiting = receiver.TakeAsync(wait: TimeSpan.FromMinutes(10)).AsTask();

        await receiver.ReleaseOneAsync(first);

        var again = await Eventually.Ends(waiting);
        Assert.Equal(2, Assert.Single(again.Messages).Message.Attempt);
        Assert.False(again.IsLast);
        input.End();
        await receiver.AcknowledgeAsync(again.Messages, default);
        Assert.True((await Eventually.Ends(receiver.TakeAsync(wait: TimeSpan.FromMinutes(10)).AsTask())).IsLast);
    }

    [Fact]
    public async Task What_was_read_before_an_error_is_delivered_and_the_error_says_where()
    {
        var stream = new FailingStream("one\ntwo\n");
        await using var receiver = FileQueue.FromStreams("disk", stream, Stream.Null).OpenReceiver();

        Assert.Equal(["one", "two"], (await receiver.TakeAsync()).Messages.Select(m => m.Message.Text), StringComparer.Ordinal);

        var error = await Assert.ThrowsAsync<QueueException>(async () => await receiver.TakeAsync());
        Assert.Contains("after line 2", error.Message, StringComparison.Ordinal);
        Assert.Contains("bad sector", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_of_another_receiver_are_refused_one_by_one()
    {
        using var file = new TemporaryFile("one\n");
        await using var receiver = file.Queue.OpenReceiver();
        await using var other = file.Queue.OpenReceiver();
        var foreign = (await other.TakeAsync()).Messages[0];
        var own = (await receiver.TakeAsync()).Messages[0];

        var report = await receiver.AcknowledgeAsync([own, foreign], default);

        Assert.Equal((1, SettleFailureKind.Permanent), (Assert.Single(report.Failures).Index, report.Failures[0].Kind));
    }

    [Fact]
    public async Task Requests_out_of_range_are_refused()
    {
        using var file = new TemporaryFile("one\n");
        await using var receiver = file.Queue.OpenReceiver();

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await receiver.TakeAsync(0));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await receiver.TakeAsync(1025));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await receiver.TakeAsync(1, TimeSpan.FromSeconds(-1)));
        await Assert.ThrowsAsync<NotSupportedException>(async () => await receiver.ExtendAsync([], TimeSpan.FromSeconds(1), default));
        var held = (await receiver.TakeAsync()).Messages[0];
        var report = await receiver.ReleaseAsync([new Release(held, TimeSpan.FromSeconds(-1))], default);
        Assert.Equal(SettleFailureKind.Permanent, Assert.Single(report.Failures).Kind);
    }

    private static (byte[] Content, List<(string Number, byte[] Body)> Expected) RandomLines(Random random)
    {
        var content = new MemoryStream();
        var expected = new List<(string, byte[])>();
        var lines = random.Next(1, 400);
        for (var number = 1; number <= lines; number++)
        {
            // Mostly short, now and then longer than a chunk or two.
            var body = new byte[random.Next(20) == 0 ? random.Next(0, 250_000) : random.Next(0, 300)];
            for (var i = 0; i < body.Length; i++)
            {
                body[i] = (byte)random.Next(33, 256);
            }

            var isLast = number == lines;
            content.Write(body);
            content.Write((isLast && random.Next(2) == 0 && body.Length > 0 ? "" : random.Next(2) == 0 ? "\n" : "\r\n") is var end ? Encoding.ASCII.GetBytes(end) : []);
            if (body.Length > 0)
            {
                expected.Add((number.ToString(System.Globalization.CultureInfo.InvariantCulture), body));
            }
        }

        return (content.ToArray(), expected);
    }

    private sealed class FailingStream(string content) : MemoryStream(Encoding.UTF8.GetBytes(content))
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer) is > 0 and var count ? count : throw new IOException("bad sector");
    }
}
