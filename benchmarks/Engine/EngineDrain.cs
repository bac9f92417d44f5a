using System.Diagnostics;
using Eventide.Queues.Redis;
using Eventide.Queues.Sqs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Eventide.Benchmarks.Engine;

/// <summary>The engine as an application has it: a host, a queue by its URI, rules, leases, retries, acknowledgements; a handler that does nothing.</summary>
internal static class EngineDrain
{
    /// <summary>Runs until so many messages have been handled and acknowledged, after a warm-up that is not counted.</summary>
    /// <param name="uri">The queue.</param>
    /// <param name="warmUp">How many messages to handle before the clock starts.</param>
    /// <param name="messages">How many to count.</param>
    /// <param name="options">Settings.</param>
    public static async Task<Side> RunAsync(string uri, long warmUp, long messages, Action<EventideOptions> options)
    {
        var finished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        long handled = 0;
        long startedAt = 0;
        var cpu = TimeSpan.Zero;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.Error).AddConsole(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.AddEventide(e => e
            .AddQueueProvider<RedisStreamProvider>()
            .AddQueueProvider<SqsQueueProvider>()
            .Queue(uri)
            .Configure(options)
            .Handle("body.type == 'nothing'", (_, _) => HandlerResult.Done)
            .Handle(
                "body.type == 'order' || body.type == 'order_placed'",
                (_, _) =>
                {
                    var number = Interlocked.Increment(ref handled);
                    if (number == warmUp)
                    {
                        cpu = Environment.CpuUsage.TotalTime;
                        Volatile.Write(ref startedAt, Stopwatch.GetTimestamp());
                    }
                    else if (number == warmUp + messages)
                    {
                        finished.SetResult();
                    }

                    return HandlerResult.Done;
                },
                "orders"));
        using var host = builder.Build();
        if (warmUp == 0)
        {
            startedAt = Stopwatch.GetTimestamp();
            cpu = Environment.CpuUsage.TotalTime;
        }

        await host.StartAsync();
        await finished.Task;
        var seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        var used = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        await host.StopAsync();
        if (warmUp == 0)
        {
            // All of the queue was counted: its last acknowledgements, and closing, count too.
            seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
            used = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        }

        var stats = host.Services.GetRequiredService<EventideMonitor>().Stats[0];
        return stats.AcknowledgeFailed + stats.Failed + stats.DeadLettered == 0
            ? new Side(messages, seconds, used)
            : throw new InvalidOperationException($"Not all went well: {stats}");
    }
}
