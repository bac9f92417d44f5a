using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Eventide.Queues.Cloudflare.Tests.Stub;

/// <summary>The Queues API as its public documents describe it: pull, ack and retry, push, batch, peek, purge, metrics, queues and
/// consumers, with the documented limits and error codes; and faults on request.</summary>
public sealed class StubCloudflare : IAsyncDisposable
{
    public const string Account = "023e105f4ecef8ad9ca31a8372d0c353";
    public const string Token = "stub-token-0123456789-secret";

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 2048 };
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 2048 };

    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly List<StubFault> _faults = [];
    private readonly List<StubRequest> _requests = [];
    private WebApplication _app;
    private int _leases;

    private StubCloudflare(TimeProvider time)
    {
        _time = time;
        _app = Build(0);
    }

    public List<StubQueue> Queues { get; } = [];

    /// <summary>Pulled JSON is written as it is, not in base64.</summary>
    public bool PlainJson { get; set; }

    /// <summary>Warnings are a list of texts, as in older documents.</summary>
    public bool WarningsAsList { get; set; }

    /// <summary>The messages of a pull are the result itself, as in older documents.</summary>
    public bool MessagesAsResult { get; set; }

    /// <summary>An acknowledgement whose lease has run out is refused with a warning, not taken as documented.</summary>
    public bool RefusesLateLeases { get; set; }

    public int PageSize { get; set; } = 100;

    public string Endpoint => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/client/v4";

    public int Port => new Uri(Endpoint).Port;

    public static async Task<StubCloudflare> StartAsync(TimeProvider? time = null)
    {
        var stub = new StubCloudflare(time ?? TimeProvider.System);
        await stub._app.StartAsync();
        return stub;
    }

    /// <summary>Stops as if killed, and starts again on the same port with the same messages.</summary>
    public async Task RestartAsync()
    {
        var port = Port;
        await StopAsync();
        _app = Build(port);
        await _app.StartAsync();
    }

    public StubQueue Add(string name, string? id = null)
    {
        var queue = id is null ? new StubQueue(name) : new StubQueue(name) { Id = id };
        lock (_lock)
        {
            Queues.Add(queue);
        }

        return queue;
    }

    public void Add(StubFault fault)
    {
        lock (_lock)
        {
            _faults.Add(fault);
        }
    }

    public void FailNext(string pathEnd, int status, int? code = null, string? retryAfter = null, string? raw = null) =>
        Add(new StubFault(pathEnd, async context =>
        {
            context.Response.StatusCode = status;
            if (retryAfter is not null)
            {
                context.Response.Headers.RetryAfter = retryAfter;
            }

            await context.Response.WriteAsync(raw ?? Failure(code ?? 0, "made to fail").ToJsonString());
        }));

    public IReadOnlyList<StubRequest> Requests(string pathEnd)
    {
        lock (_lock)
        {
            return [.. _requests.Where(r => r.Path.EndsWith(pathEnd, StringComparison.Ordinal))];
        }
    }

    public int Count(StubQueue queue)
    {
        lock (_lock)
        {
            return queue.Messages.Count;
        }
    }

    public int Invisible(StubQueue queue)
    {
        lock (_lock)
        {
            return queue.Messages.Count(m => m.VisibleAt > _time.GetUtcNow());
        }
    }

    /// <summary>Puts a message into a queue as a producer of any content type would have.</summary>
    public StubMessage Put(StubQueue queue, JsonNode? body, string? contentType)
    {
        var now = _time.GetUtcNow();
        var message = new StubMessage { Body = body, ContentType = contentType, SentAt = now, VisibleAt = now };
        lock (_lock)
        {
            queue.Messages.Add(message);
        }

        return message;
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private WebApplication Build(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        builder.WebHost.ConfigureKestrel(k => k.Limits.MaxRequestBodySize = 64 * 1024 * 1024);
        var app = builder.Build();
        app.Run(HandleAsync);
        return app;
    }

    private async Task StopAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync();
        JsonNode? body = null;
        var isMalformed = false;
        try
        {
            body = text.Length == 0 ? null : JsonNode.Parse(text, documentOptions: Deep);
        }
        catch (JsonException)
        {
            isMalformed = true;
        }

        StubFault? fault;
        lock (_lock)
        {
            _requests.Add(new StubRequest(context.Request.Method, path, body?.DeepClone(), _time.GetUtcNow()));
            fault = _faults.Find(f => path.EndsWith(f.PathEnd, StringComparison.Ordinal));
            if (fault is not null)
            {
                _faults.Remove(fault);
            }
        }

        if (fault?.Answer is not null)
        {
            await fault.Answer(context);
            return;
        }

        if (fault?.Before is not null)
        {
            await fault.Before();
        }

        var (status, answer) = isMalformed ? (400, Failure(10208, "request body is not valid JSON")) : Answer(context, path, body);
        if (fault?.After is not null)
        {
            await fault.After(context);
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.ToJsonString(Relaxed));
    }

    private (int, JsonObject) Answer(HttpContext context, string path, JsonNode? body)
    {
        if (context.Request.Headers.Authorization != $"Bearer {Token}")
        {
            return (403, Failure(10000, "Authentication error"));
        }

        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is not ["client", "v4", "accounts", Account, "queues", ..])
        {
            return (404, Failure(7003, "No route for the URI"));
        }

        lock (_lock)
        {
            if (parts.Length == 5)
            {
                return context.Request.Method == "POST" ? Create(body) : List(context);
            }

            var queue = Queues.Find(q => q.Id == parts[5]);
            if (queue is null)
            {
                return parts[5].Length == 32 ? (404, Failure(10104, "queue not found")) : (400, Failure(10107, "malformed queue id"));
            }

            return (context.Request.Method, string.Join('/', parts[6..])) switch
            {
                ("GET", "") => (200, Success(Show(queue))),
                ("GET", "metrics") => (200, Success(Metrics(queue))),
                ("POST", "consumers") => AddConsumer(queue, body),
                ("POST", "purge") => Purge(queue),
                ("GET", "purge") => (200, Success(new JsonObject { ["started_at"] = "2026-11-21T12:00:00Z", ["completed"] = "true" })),
                ("POST", "messages") => Push(queue, [body!], null),
                ("POST", "messages/batch") => Push(queue, [.. body!["messages"]!.AsArray()], body["delay_seconds"]),
                ("POST", "messages/pull") => Pull(queue, body),
                ("POST", "messages/peek") => Peek(queue, body),
                ("POST", "messages/ack") => Acknowledge(queue, body),
                _ => (404, Failure(7003, "No route for the URI")),
            };
        }
    }

    private (int, JsonObject) Create(JsonNode? body)
    {
        var name = (string)body!["queue_name"]!;
        if (Queues.Exists(q => q.Name == name))
        {
            return (409, Failure(11009, "queue name is taken"));
        }

        var queue = new StubQueue(name) { HasPullConsumer = false, MaxRetries = 3 };
        Queues.Add(queue);
        return (200, Success(Show(queue)));
    }

    private (int, JsonObject) List(HttpContext context)
    {
        var page = int.Parse(context.Request.Query["page"].FirstOrDefault() ?? "1", CultureInfo.InvariantCulture);
        var answer = Success(new JsonArray([.. Queues.Skip((page - 1) * PageSize).Take(PageSize).Select(Show)]));
        answer["result_info"] = new JsonObject
        {
            ["page"] = page,
            ["total_pages"] = (Queues.Count + PageSize - 1) / PageSize,
            ["total_count"] = Queues.Count,
        };
        return (200, answer);
    }

    private static (int, JsonObject) AddConsumer(StubQueue queue, JsonNode? body)
    {
        if ((string?)body!["type"] != "http_pull" || queue.HasPullConsumer)
        {
            return (400, Failure(11004, "the queue has a consumer"));
        }

        queue.HasPullConsumer = true;
        queue.MaxRetries = (int?)body["settings"]?["max_retries"] ?? 3;
        queue.DeadLetterQueue = (string?)body["dead_letter_queue"];
        return (200, Success(new JsonObject { ["type"] = "http_pull" }));
    }

    private static (int, JsonObject) Purge(StubQueue queue)
    {
        queue.Messages.Clear();
        return (200, Success(Show(queue)));
    }

    private (int, JsonObject) Push(StubQueue queue, IReadOnlyList<JsonNode?> messages, JsonNode? batchDelay)
    {
        if (messages.Count is 0 or > 100)
        {
            return (400, Failure(10206, "batch count out of bounds"));
        }

        var now = _time.GetUtcNow();
        var added = new List<StubMessage>();
        foreach (var message in messages)
        {
            var type = (string?)message!["content_type"] ?? "json";
            var delay = (long?)(message["delay_seconds"] ?? batchDelay) ?? 0;
            if (type is not ("text" or "json") || delay is < 0 or > 86400)
            {
                return (400, Failure(10203, "invalid message metadata"));
            }

            if (type == "text" && message["body"]?.GetValueKind() != JsonValueKind.String)
            {
                return (400, Failure(10207, "the body of a text message is a string"));
            }

            var stored = type == "text" ? (string)message["body"]! : message["body"]?.ToJsonString(Relaxed) ?? "null";
            var bytes = Encoding.UTF8.GetBytes(stored);
            if (bytes.Length > 127_900)
            {
                return (413, Failure(10204, "message size out of bounds"));
            }

            JsonNode? shown = type == "text" ? stored : PlainJson ? JsonNode.Parse(stored, documentOptions: Deep) : Convert.ToBase64String(bytes);
            added.Add(new StubMessage { Body = shown, ContentType = type, SentAt = now, VisibleAt = now.AddSeconds(delay), Bytes = bytes.Length });
        }

        if (added.Sum(m => m.Bytes + 100) > 256_000)
        {
            return (413, Failure(10205, "batch size out of bounds"));
        }

        queue.Messages.AddRange(added);
        return (200, Success(new JsonObject { ["metadata"] = new JsonObject { ["metrics"] = Metrics(queue) } }));
    }

    private (int, JsonObject) Pull(StubQueue queue, JsonNode? body)
    {
        if (queue.IsPaused)
        {
            return (409, Failure(0, "queue_delivery_paused"));
        }

        if (!queue.HasPullConsumer)
        {
            return (400, Failure(11005, "the queue has no HTTP pull consumer"));
        }

        var size = (int?)body?["batch_size"] ?? 5;
        var lease = (long?)body?["visibility_timeout_ms"] ?? 30_000;
        if (size is < 1 or > 100 || lease is < 0 or > 43_200_000)
        {
            return (400, Failure(10207, "batch_size or visibility_timeout_ms out of range"));
        }

        var now = _time.GetUtcNow();
        var messages = new JsonArray();
        foreach (var message in queue.Messages.Where(m => m.VisibleAt <= now).ToList())
        {
            if (message.Attempts > queue.MaxRetries)
            {
                queue.Messages.Remove(message);
                Queues.Find(q => q.Name == queue.DeadLetterQueue)?.Messages.Add(message);
                continue;
            }

            if (messages.Count == size)
            {
                break;
            }

            message.Attempts++;
            message.VisibleAt = now.AddMilliseconds(lease);
            var leaseId = $"lease-{++_leases}-{message.Id}";
            message.Leases.Add(leaseId);
            messages.Add(Show(message, leaseId));
        }

        return (200, Success(MessagesAsResult
            ? messages
            : new JsonObject { ["message_backlog_count"] = queue.Messages.Count, ["messages"] = messages, ["metadata"] = new JsonObject { ["metrics"] = Metrics(queue) } }));
    }

    private (int, JsonObject) Peek(StubQueue queue, JsonNode? body)
    {
        var size = (int?)body?["batch_size"] ?? 5;
        var messages = queue.Messages.Where(m => m.VisibleAt <= _time.GetUtcNow()).Take(size).Select(m => Show(m, null));
        return (200, Success(new JsonObject { ["messages"] = new JsonArray([.. messages]) }));
    }

    private (int, JsonObject) Acknowledge(StubQueue queue, JsonNode? body)
    {
        var now = _time.GetUtcNow();
        var warnings = new Dictionary<string, string>(StringComparer.Ordinal);
        int acks = 0, retries = 0;
        foreach (var ack in body!["acks"]!.AsArray())
        {
            if (Find((string)ack!["lease_id"]!) is { } message)
            {
                queue.Messages.Remove(message);
                acks++;
            }
        }

        foreach (var retry in body["retries"]!.AsArray())
        {
            if (Find((string)retry!["lease_id"]!) is { } message)
            {
                message.VisibleAt = now.AddSeconds((long?)retry["delay_seconds"] ?? 0);
                retries++;
            }
        }

        JsonNode shown = WarningsAsList
            ? new JsonArray([.. warnings.Select(w => JsonValue.Create($"lease {w.Key}: {w.Value}"))])
            : new JsonObject(warnings.Select(w => KeyValuePair.Create(w.Key, (JsonNode?)w.Value)));
        return (200, Success(new JsonObject { ["ackCount"] = acks, ["retryCount"] = retries, ["warnings"] = shown }));

        StubMessage? Find(string lease)
        {
            var message = queue.Messages.Find(m => m.Leases.Contains(lease));
            if (message is null)
            {
                warnings[lease] = "message not found";
            }
            else if (RefusesLateLeases && message.VisibleAt <= now)
            {
                warnings[lease] = "lease expired";
                return null;
            }

            return message;
        }
    }

    private static JsonObject Show(StubQueue queue) => new()
    {
        ["queue_id"] = queue.Id,
        ["queue_name"] = queue.Name,
        ["settings"] = new JsonObject { ["delivery_paused"] = queue.IsPaused },
        ["consumers"] = queue.HasPullConsumer
            ? new JsonArray(new JsonObject
            {
                ["type"] = "http_pull",
                ["dead_letter_queue"] = queue.DeadLetterQueue ?? "",
                ["settings"] = new JsonObject { ["max_retries"] = queue.MaxRetries },
            })
            : new JsonArray(),
    };

    private static JsonObject Show(StubMessage message, string? leaseId)
    {
        var shown = new JsonObject
        {
            ["body"] = message.Body?.DeepClone(),
            ["id"] = message.Id,
            ["timestamp_ms"] = message.SentAt.ToUnixTimeMilliseconds(),
            ["attempts"] = message.Attempts,
            ["metadata"] = new JsonObject { ["CF-sourceMessageSource"] = "api" },
        };
        if (message.ContentType is not null)
        {
            shown["metadata"]!["CF-Content-Type"] = message.ContentType;
        }

        if (leaseId is not null)
        {
            shown["lease_id"] = leaseId;
        }

        return shown;
    }

    private static JsonObject Metrics(StubQueue queue) => new()
    {
        ["backlog_count"] = queue.Messages.Count,
        ["backlog_bytes"] = queue.Messages.Sum(m => m.Bytes),
        ["oldest_message_timestamp_ms"] = queue.Messages.Count == 0 ? 0 : queue.Messages.Min(m => m.SentAt.ToUnixTimeMilliseconds()),
    };

    private static JsonObject Success(JsonNode result) => new()
    {
        ["success"] = true,
        ["errors"] = new JsonArray(),
        ["messages"] = new JsonArray(),
        ["result"] = result,
    };

    private static JsonObject Failure(int code, string message) => new()
    {
        ["success"] = false,
        ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = message }),
        ["messages"] = new JsonArray(),
        ["result"] = null,
    };
}
