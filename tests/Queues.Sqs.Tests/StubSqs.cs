using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Eventide.Queues.Sqs.Tests;

/// <summary>A server that speaks SQS' JSON protocol and does what a test tells it: answers, errors, silence, cut connections.</summary>
internal sealed class StubSqs : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Func<StubCall, Task>> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly WebApplication _app;

    private StubSqs(WebApplication app) => _app = app;

    /// <summary>All calls that came.</summary>
    public ConcurrentQueue<StubCall> Calls { get; } = new();

    public string Endpoint { get; private set; } = "";

    public static async Task<StubSqs> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var stub = new StubSqs(app);
        app.Run(stub.HandleAsync);
        await app.StartAsync();
        stub.Endpoint = app.Urls.Single();
        stub.On("GetQueueUrl", c => c.AnswerAsync($$"""{"QueueUrl":"{{stub.Endpoint}}/1/{{c.Text("QueueName")}}"}"""));
        stub.On("GetQueueAttributes", c => c.AnswerAsync("""{"Attributes":{}}"""));
        stub.On("ReceiveMessage", c => c.AnswerAsync("{}"));
        stub.On("DeleteMessageBatch", c => c.AnswerAllDoneAsync());
        stub.On("ChangeMessageVisibilityBatch", c => c.AnswerAllDoneAsync());
        return stub;
    }

    /// <summary>What an action answers from now on.</summary>
    public void On(string action, Func<StubCall, Task> answer) => _answers[action] = answer;

    public List<StubCall> CallsOf(string action) => [.. Calls.Where(c => c.Action == action)];

    public QueueUri Uri(string name = "q", string options = "") => QueueUri.Parse($"sqs:{name}?endpoint={Endpoint}{options}");

    public Task<IQueueReceiver> OpenReceiverAsync(TimeProvider? time = null, string name = "q", string options = "", SqsQueueOptions? with = null) =>
        new SqsQueueProvider(with, timeProvider: time).OpenReceiverAsync(Uri(name, options), TestContext.Current.CancellationToken).AsTask();

    public Task<IQueueSender> OpenSenderAsync(string name = "q", string options = "", SqsQueueOptions? with = null) =>
        new SqsQueueProvider(with).OpenSenderAsync(Uri(name, options), TestContext.Current.CancellationToken).AsTask();

    /// <summary>A message as ReceiveMessage answers it.</summary>
    public static string Message(string body, int count = 1, string? md5 = null, string extra = "") =>
        $$"""
        {"MessageId":"id-{{body}}","ReceiptHandle":"handle-{{body}}","Body":"{{body}}","MD5OfBody":"{{md5 ?? Md5(body)}}",
        "Attributes":{"ApproximateReceiveCount":"{{count.ToString(CultureInfo.InvariantCulture)}}","SentTimestamp":"1790000000000"}{{extra}}}
        """;

    public static string Messages(params IEnumerable<string> messages) => $$"""{"Messages":[{{string.Join(',', messages)}}]}""";

    public static string Md5(string text) =>
#pragma warning disable CA5351 // The protocol's checksum.
        Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var action = context.Request.Headers["X-Amz-Target"].ToString().Replace("AmazonSQS.", "", StringComparison.Ordinal);
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var call = new StubCall(action, JsonDocument.Parse(body.ToArray()).RootElement, context, _counts.AddOrUpdate(action, 1, (_, n) => n + 1));
        Calls.Enqueue(call);
        await _answers[action](call);
    }
}
