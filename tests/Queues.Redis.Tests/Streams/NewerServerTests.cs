using Eventide.Queues.Redis.Tests.Server;

namespace Eventide.Queues.Redis.Tests.Streams;

/// <summary>Commands that only newer servers have: asked of those, and done without where they are refused.</summary>
public sealed class NewerServerTests
{
    [Theory]
    [InlineData("8.2.0", "*2\r\n:1\r\n:-1\r\n", "XACKDEL", 1)]
    [InlineData("8.2.0", "-ERR unknown command 'XACKDEL'\r\n", "EVALSHA", 0)]
    [InlineData("8.2.0", "-NOPERM no permission\r\n", "EVALSHA", 0)]
    [InlineData("8.0.9", "-ERR must not be asked\r\n", "EVALSHA", 0)]
    public async Task Acknowledging_with_deletion_uses_XACKDEL_where_it_is_to_be_had(string version, string answer, string last, int lost)
    {
        await using var server = new FakeRedis(c => c switch
        {
            ["HELLO", ..] => FakeRedis.Hello.Replace("7.4.0", version, StringComparison.Ordinal),
            ["XREADGROUP", ..] => "%1\r\n$1\r\ns\r\n*2\r\n*2\r\n$3\r\n1-1\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n*2\r\n$3\r\n2-1\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n",
            ["XACKDEL", ..] => answer,
            ["EVALSHA", _, "4", ..] => "*6\r\n:-1\r\n:0\r\n:0\r\n$0\r\n\r\n:0\r\n*0\r\n",
            ["EVALSHA", ..] => "*0\r\n",
            _ => "+OK\r\n",
        });
        await using var receiver = await RedisStreamReceiver.OpenAsync(new RedisStreamOptions { Server = server.Options, Stream = "s", DeleteAcknowledged = true, Consumer = "c" });
        var messages = (await receiver.ReceiveAsync(new ReceiveRequest(2, TimeSpan.Zero, TimeSpan.FromMinutes(1)), default)).Messages;

        var report = await receiver.AcknowledgeAsync(messages, default);

        Assert.Equal(lost, report.Failures.Count);
        Assert.Equal(last, server.Commands.Last()[0]);
        if (last == "XACKDEL")
        {
            Assert.Equal("XACKDEL s eventide ACKED IDS 2 1-1 2-1", string.Join(' ', server.Commands.Last()));
        }
    }
}
