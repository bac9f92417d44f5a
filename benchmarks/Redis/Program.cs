// Drains one stream with the provider, beside a bare loop on a plain socket, in one process and in turn.
// Usage: Redis [--host 127.0.0.1] [--port 6379] [--messages 400000] [--batch 500] [--rounds 5]
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Eventide;
using Eventide.Benchmarks.Redis;
using Eventide.Queues.Redis;

var options = new Dictionary<string, string>(StringComparer.Ordinal)
{
    ["--host"] = "127.0.0.1", ["--port"] = "6379", ["--messages"] = "400000", ["--batch"] = "500", ["--rounds"] = "5",
};
for (var i = 0; i + 1 < args.Length; i += 2)
{
    options[args[i]] = args[i + 1];
}

var host = options["--host"];
var port = int.Parse(options["--port"], CultureInfo.InvariantCulture);
var messages = int.Parse(options["--messages"], CultureInfo.InvariantCulture);
var batch = int.Parse(options["--batch"], CultureInfo.InvariantCulture);
var rounds = int.Parse(options["--rounds"], CultureInfo.InvariantCulture);
var body = Encoding.UTF8.GetBytes(
    """{"type":"order","total":150,"priority":7,"customer_id":"12345","tags":["urgent","eu"],"user":{"verified":true},"order":{"id":"A-1","items":[{"sku":"x","qty":2},{"sku":"y","qty":1}]}}""");
var stream = new RedisStreamOptions { Server = new RedisServerOptions { Host = host, Port = port }, Stream = "eventide-benchmark", Group = "fill" };
await using var admin = await RedisStreamAdmin.OpenAsync(stream);
var fill = await Measure("send", messages, FillAsync);
Console.WriteLine($"{messages:N0} entries of {body.Length} bytes, batches of {batch}");
Console.WriteLine($"{"send, one sender",-40} {fill,12:N0}/s");

var results = new Dictionary<string, List<double>>(StringComparer.Ordinal);
for (var round = 0; round < rounds; round++)
{
    await RunAsync("bare XREADGROUP/XACK", async group =>
    {
        using var bare = new BareLoop(host, port);
        return await Task.Run(() => bare.Drain(stream.Stream, group, batch));
    });
    await RunAsync("provider, receive then acknowledge", group => DrainAsync(group, overlapped: false));
    await RunAsync("provider, acknowledging behind", group => DrainAsync(group, overlapped: true));
}

var yardstick = Median(results["bare XREADGROUP/XACK"]);
foreach (var (name, rates) in results)
{
    Console.WriteLine($"{name,-40} {Median(rates),12:N0}/s  {Median(rates) / yardstick,6:0.00} of the bare loop  (from {rates.Min():N0} to {rates.Max():N0})");
}

await admin.RemoveGroupAsync();
await using (var socket = new System.Net.Sockets.NetworkStream(BareLoop.Connect(host, port), ownsSocket: true))
{
    await socket.WriteAsync(Encoding.ASCII.GetBytes($"*2\r\n$3\r\nDEL\r\n${stream.Stream.Length}\r\n{stream.Stream}\r\n"));
    await socket.ReadExactlyAsync(new byte[4]);
}

async Task<long> FillAsync()
{
    await using var sender = await RedisStreamSender.OpenAsync(stream);
    var outgoing = Enumerable.Repeat(new OutgoingMessage(body), batch).ToArray();
    Task<IReadOnlyList<SendResult>>? behind = null;
    for (var sent = 0; sent < messages; sent += batch)
    {
        var next = sender.SendAsync(outgoing, default).AsTask();
        if (behind is not null)
        {
            await behind;
        }

        behind = next;
    }

    if (behind is { } last && (await last).Any(r => !r.IsSent))
    {
        throw new InvalidOperationException("The server refused messages.");
    }

    return messages;
}

async Task RunAsync(string name, Func<string, Task<long>> drain)
{
    // Each run reads the same entries through a group of its own.
    var group = $"group-{Guid.NewGuid():N}";
    await using var groupAdmin = await RedisStreamAdmin.OpenAsync(stream with { Group = group });
    await groupAdmin.CreateAsync(default);
    var rate = await Measure(name, messages, () => drain(group));
    (results.TryGetValue(name, out var rates) ? rates : results[name] = []).Add(rate);
    await groupAdmin.RemoveGroupAsync();
}

async Task<long> DrainAsync(string group, bool overlapped)
{
    await using var receiver = await RedisStreamReceiver.OpenAsync(stream with { Group = group });
    var request = new ReceiveRequest(batch, TimeSpan.Zero, TimeSpan.FromMinutes(1));
    long total = 0;
    Task<SettleReport>? behind = null;
    while (true)
    {
        var received = await receiver.ReceiveAsync(request, default);
        if (behind is not null && (await behind).Failures.Count > 0)
        {
            throw new InvalidOperationException("An acknowledgement failed.");
        }

        behind = null;
        if (received.Messages.Count == 0)
        {
            return total;
        }

        total += received.Messages.Count;
        behind = receiver.AcknowledgeAsync(received.Messages, default).AsTask();
        if (!overlapped)
        {
            await behind;
        }
    }
}

static async Task<double> Measure(string name, int expected, Func<Task<long>> action)
{
    GC.Collect();
    var watch = Stopwatch.StartNew();
    var count = await action();
    var rate = count / watch.Elapsed.TotalSeconds;
    return count >= expected ? rate : throw new InvalidOperationException($"{name}: {count} of {expected} came.");
}

static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
