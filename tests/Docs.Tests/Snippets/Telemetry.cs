using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Eventide.Docs.Tests.Snippets.Telemetry;

public static class InCode
{
    public static void Export()
    {
        // [telemetry-export]
        using var traces = Sdk.CreateTracerProviderBuilder().AddSource(EventideTelemetry.Name).AddOtlpExporter().Build();
        using var metrics = Sdk.CreateMeterProviderBuilder().AddMeter(EventideTelemetry.Name).AddOtlpExporter().Build();
        // [/telemetry-export]
    }

    public static bool Health(IServiceProvider services)
    {
        // [telemetry-health]
        var monitor = services.GetRequiredService<EventideMonitor>();
        var ready = monitor.IsStarted;
        var live = monitor.IsHealthy;                 // false when every slot of a queue is held by a stuck handler
        foreach (var queue in monitor.Stats)
        {
            Console.WriteLine($"{queue.Queue}: {queue.InFlight} running, {queue.Succeeded} done, {queue.DeadLettered} given up");
        }
        // [/telemetry-health]
        return ready && live;
    }
}
