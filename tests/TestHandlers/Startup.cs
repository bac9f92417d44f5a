using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Eventide;
using Microsoft.Extensions.DependencyInjection;

namespace TestHandlers;

/// <summary>Registers what takes all messages that no behaviour takes, as the environment asks: <c>record</c> (the default), <c>typed</c>, or
/// <c>none</c>.</summary>
public sealed class Startup : IEventideStartup
{
    public void Configure(EventideBuilder eventide)
    {
        eventide.Services.AddSingleton<Record>();
        switch (Environment.GetEnvironmentVariable("TEST_CATCH_ALL") ?? "record")
        {
            case "record":
                eventide.AddHandler<Recorder>(new HandlerAttribute { Order = 100 });
                break;
            case "typed":
                eventide.AddHandler<TypedRecorder>(new HandlerAttribute { Order = 100 });
                break;
            default:
                break;
        }

        if (Environment.GetEnvironmentVariable("TEST_BROKEN_RULE") is { } rule)
        {
            eventide.Handle(rule, _ => { }, "Broken");
        }
    }
}

/// <summary>Notes each handled message on a line of the file that TEST_RECORD names.</summary>
public sealed class Record
{
    private readonly Lock _lock = new();
    private readonly string? _path = Environment.GetEnvironmentVariable("TEST_RECORD");

    public void Add(Message message)
    {
        if (_path is null)
        {
            return;
        }

        var line = JsonSerializer.Serialize(new
        {
            id = message.Id,
            bytes = message.Body.Length,
            hash = Convert.ToHexString(SHA256.HashData(message.Body.Span)),
            json = message.IsJson,
            attributes = message.Attributes,
        });
        lock (_lock)
        {
            File.AppendAllText(_path, line + "\n");
        }
    }
}

public sealed class Recorder(Record record) : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        record.Add(message);
        return HandlerResult.Done;
    }
}

public sealed record Shape(string? Name, decimal? Number);

public sealed class TypedRecorder(Record record) : IMessageHandler<Shape>
{
    public Task<HandlerResult> HandleAsync(Shape body, Message message, CancellationToken cancellationToken)
    {
        record.Add(message);
        return HandlerResult.Done;
    }
}

[Handler("body.do == 'print'")]
public sealed class Printer : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        Console.WriteLine("a handler prints");
        return HandlerResult.Done;
    }
}

[Handler("body.do == 'refund'", Queues = ["refunds"])]
public sealed class Refunder : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken) => HandlerResult.Done;
}

[Handler("body.do == 'throw'")]
public sealed class Thrower : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("thrown on purpose\nover two lines");
}

[Handler("body.do == 'fail-twice'")]
public sealed class TwiceFailer : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken) =>
        message.Attempt > 2 ? HandlerResult.Done : throw new TimeoutException("not yet");
}

[Handler("body.do == 'hang'", RetryLimit = 0, TimeoutSeconds = 0.1)]
public sealed class Hanger : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken) =>
        new TaskCompletionSource<HandlerResult>().Task;
}

[Handler("body.do == 'ignore-token'", RetryLimit = 0, TimeoutSeconds = 0.1)]
public sealed class TokenIgnorer : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        while (true)
        {
            Thread.Sleep(50);
        }
    }
}

[Handler("body.do == 'thread-ends'", RetryLimit = 0, TimeoutSeconds = 0.1)]
public sealed class ThreadEnder : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        var result = new TaskCompletionSource<HandlerResult>();
        new Thread(() =>
        {
            if (message.Body.Length == 0)
            {
                result.SetResult(HandlerResult.Success);
            }
        }).Start();
        return result.Task;
    }
}

[Handler("body.do == 'thread-throws'", RetryLimit = 0, TimeoutSeconds = 0.1)]
public sealed class ThreadThrower : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        new Thread(() => throw new InvalidOperationException("thrown on a stray thread")).Start();
        return new TaskCompletionSource<HandlerResult>().Task;
    }
}

[Handler("body.do == 'foreground-thread'")]
public sealed class ForegroundThreadStarter : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        new Thread(() => Thread.Sleep(Timeout.Infinite)) { IsBackground = false }.Start();
        return HandlerResult.Done;
    }
}

/// <summary>Makes a file <c>started</c> and goes on until there is a file <c>release</c>.</summary>
[Handler("body.do == 'gate'")]
public sealed class Gate(Record record) : IMessageHandler
{
    public async Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        var folder = message.Json.GetProperty("folder").GetString()!;
        await File.WriteAllTextAsync(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"started-{message.Id}")), "", CancellationToken.None);
        while (!File.Exists(Path.Combine(folder, "release")))
        {
            await Task.Delay(20, CancellationToken.None);
        }

        record.Add(message);
        return HandlerResult.Success;
    }
}
