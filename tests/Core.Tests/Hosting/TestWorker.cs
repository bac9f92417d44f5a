using System.Collections.Concurrent;
using Eventide.Queues;
using Eventide.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Eventide.Core.Tests.Hosting;

/// <summary>A worker on a memory queue in a host of its own, by a clock that the test moves.</summary>
internal sealed class TestWorker : IAsyncDisposable
{
    private readonly IHost _host;

    public TestWorker(Action<EventideBuilder> configure, Action<EventideOptions>? options = null, FakeTime? time = null, MemoryBroker? broker = null, Func<IQueueReceiver, IQueueReceiver>? receiver = null, Func<IQueueSender, IQueueSender>? deadLetters = null, bool hasDeadLetterQueue = true)
    {
        Time = time ?? new FakeTime();
        Broker = broker ?? new MemoryBroker(Time);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(Log);
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMinutes(5));
        builder.Services.AddEventide(e =>
        {
            Func<IServiceProvider, CancellationToken, ValueTask<IQueueSender>>? dead = null;
            if (hasDeadLetterQueue)
            {
                dead = (_, _) => new(deadLetters is null ? Dead.OpenSender() : deadLetters(Dead.OpenSender()));
            }

            e.Queue("work", (_, _) => new(receiver is null ? Work.OpenReceiver() : receiver(Work.OpenReceiver())), dead);
            e.Configure(o =>
            {
                o.Retry.Jitter = false;
                o.Concurrency = 4;
                options?.Invoke(o);
            });
            configure(e);
        });
        _host = builder.Build();
    }

    public FakeTime Time { get; }

    public MemoryBroker Broker { get; }

    public TestLog Log { get; } = new();

    public MemoryQueue Work => Broker.GetQueue("work");

    public MemoryQueue Dead => Broker.GetQueue("dead");

    public WorkerStats Stats => _host.Services.GetRequiredService<EventideMonitor>().Stats[0];

    public EventideMonitor Monitor => _host.Services.GetRequiredService<EventideMonitor>();

    public IHostApplicationLifetime Lifetime => _host.Services.GetRequiredService<IHostApplicationLifetime>();

    public Task StartAsync() => _host.StartAsync();

    public Task StopAsync() => _host.StopAsync();

    public async Task SendAsync(params string[] bodies) => await SendAsync(bodies.Select(b => new OutgoingMessage(b)).ToArray());

    public async Task SendAsync(params OutgoingMessage[] messages)
    {
        await using var sender = Work.OpenSender();
        Assert.All(await sender.SendAllAsync(messages, default), r => Assert.True(r.IsSent, r.Error));
    }

    /// <summary>Moves the clock in small steps until a condition holds, giving the other threads time at each step.</summary>
    public async Task Until(Func<bool> condition, TimeSpan? step = null, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(condition))] string? what = null)
    {
        try
        {
            await Eventually.IsTrue(
                () =>
                {
                    if (condition())
                    {
                        return true;
                    }

                    Time.Advance(step ?? TimeSpan.FromMilliseconds(50));
                    return condition();
                },
                what: what);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}{Environment.NewLine}{Stats}{Environment.NewLine}{string.Join(Environment.NewLine, Log.Entries.TakeLast(30))}", e);
        }
    }

    public async Task<IReadOnlyList<Message>> PeekAsync(MemoryQueue queue)
    {
        await using var admin = queue.OpenAdmin();
        return await admin.PeekAsync(100, default);
    }

    public async Task<QueueStats> StatsOf(MemoryQueue queue)
    {
        await using var admin = queue.OpenAdmin();
        return await admin.GetStatsAsync(default);
    }

    /// <summary>Waits until nothing is left in the work queue, delayed and delivered messages included.</summary>
    public async Task UntilEmpty(TimeSpan? step = null)
    {
        await Eventually.IsTrue(async () =>
        {
            var stats = await StatsOf(Work);
            if (stats.Ready == 0 && stats.InFlight == 0 && stats.Delayed == 0)
            {
                return true;
            }

            Time.Advance(step ?? TimeSpan.FromMilliseconds(50));
            return false;
        });
    }

    public async ValueTask DisposeAsync()
    {
        var stop = _host.StopAsync();
        await Eventually.IsTrue(() =>
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            return stop.IsCompleted;
        });
        try
        {
            await stop;
        }
        catch (InvalidOperationException)
        {
            // A stalled worker says so at the end too; the test has looked at it already.
        }

        _host.Dispose();
    }

    internal sealed class TestLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<(LogLevel Level, int Id, string Text)> Entries { get; } = new();

        public bool Has(int id) => Entries.Any(e => e.Id == id);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Entries.Enqueue((logLevel, eventId.Id, formatter(state, exception)));

        public void Dispose()
        {
        }
    }
}
