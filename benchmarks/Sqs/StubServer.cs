using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Eventide.Benchmarks.Sqs;

/// <summary>A queue that never runs dry: every receive brings as many messages as asked for, every delete works. It counts what
/// was deleted, so that a side can be held to what it says, and can take its time as SQS does.</summary>
internal sealed class StubServer : IAsyncDisposable
{
    private const int BodyLength = 200;

    private readonly WebApplication _app;
    private readonly TimeSpan _latency;
    private readonly byte[] _head;
    private readonly byte[] _middle;
    private readonly byte[] _tail;
    private long _next;
    private long _deleted;

    private StubServer(WebApplication app, TimeSpan latency)
    {
        _app = app;
        _latency = latency;
        var body = $$"""{"type":"order_placed","order":12345,"total":99.5,"note":"{{new string('x', BodyLength - 60)}}"}""";
#pragma warning disable CA5351 // The protocol's checksum.
        var md5 = Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(body)));
#pragma warning restore CA5351
        // A handle as long as SQS' own; the number in it, and in the id, tells the messages apart.
        _head = Encoding.UTF8.GetBytes("{\"MessageId\":\"5fea7756-0ea4-451a-a703-");
        _middle = Encoding.UTF8.GetBytes("\",\"ReceiptHandle\":\"");
        _tail = Encoding.UTF8.GetBytes(
            $"""{new string('A', 320)}","Body":{JsonSerializer.Serialize(body)},"MD5OfBody":"{md5}","Attributes":"""
            + """{"ApproximateReceiveCount":"1","SentTimestamp":"1790000000000"}}""");
    }

    public string Endpoint => _app.Urls.Single();

    public long Deleted => Interlocked.Read(ref _deleted);

    public static async Task<StubServer> StartAsync(TimeSpan latency)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var stub = new StubServer(app, latency);
        app.Run(stub.HandleAsync);
        await app.StartAsync();
        return stub;
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        var body = await reader.ReadAsync(context.RequestAborted);
        while (!body.IsCompleted)
        {
            reader.AdvanceTo(body.Buffer.Start, body.Buffer.End);
            body = await reader.ReadAsync(context.RequestAborted);
        }

        var action = context.Request.Headers["X-Amz-Target"].ToString();
        var answer = action switch
        {
            "AmazonSQS.ReceiveMessage" => Receive(),
            "AmazonSQS.DeleteMessageBatch" => Delete(body.Buffer),
            "AmazonSQS.GetQueueUrl" => Encoding.UTF8.GetBytes($$"""{"QueueUrl":"{{Endpoint}}/1/bench"}"""),
            _ => """{"Attributes":{}}"""u8.ToArray(),
        };
        reader.AdvanceTo(body.Buffer.End);
        if (_latency > TimeSpan.Zero)
        {
            await Task.Delay(_latency, context.RequestAborted);
        }

        context.Response.ContentType = "application/x-amz-json-1.0";
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }

    private byte[] Receive()
    {
        var buffer = new MemoryStream(10 * (_head.Length + _tail.Length + 40));
        buffer.Write("""{"Messages":["""u8);
        Span<byte> number = stackalloc byte[20];
        for (var i = 0; i < 10; i++)
        {
            if (i > 0)
            {
                buffer.WriteByte((byte)',');
            }

            buffer.Write(_head);
            Utf8Formatter.TryFormat(Interlocked.Increment(ref _next), number, out var length, new StandardFormat('D', 12));
            buffer.Write(number[..length]);
            buffer.Write(_middle);
            buffer.Write(number[..length]);
            buffer.Write(_tail);
        }

        buffer.Write("]}"u8);
        return buffer.ToArray();
    }

    private byte[] Delete(ReadOnlySequence<byte> request)
    {
        var buffer = new MemoryStream(512);
        buffer.Write("""{"Successful":["""u8);
        var reader = new Utf8JsonReader(request);
        var count = 0;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("Id"u8))
            {
                reader.Read();
                buffer.Write(count++ == 0 ? "{\"Id\":\""u8 : ",{\"Id\":\""u8);
                buffer.Write(Encoding.UTF8.GetBytes(reader.GetString()!));
                buffer.Write("\"}"u8);
            }
        }

        buffer.Write("""],"Failed":[]}"""u8);
        Interlocked.Add(ref _deleted, count);
        return buffer.ToArray();
    }
}
