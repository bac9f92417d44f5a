using Microsoft.Extensions.Hosting;
using Orleans.Hosting;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;

namespace Eventide.Orleans.Tests.Snippets.Silo;

/// <summary>The C# of docs/orleans.md, compiled; tests/Docs.Tests holds the page to it.</summary>
internal static class Samples
{
    public static void Start(HostApplicationBuilder builder)
    {
        // [orleans-start]
        builder.UseOrleans(silo => silo
            .UseLocalhostClustering()
            .AddMemoryGrainStorageAsDefault()
            .UseInMemoryReminderService()
            .AddEventide(eventide => eventide
                .Queue("memory:orders", deadLetter: "memory:dead-orders")
                .AddHandlersFrom(typeof(NewOrderHandler).Assembly)));
        // [/orleans-start]
    }

    public static async Task PauseAsync(IGrainFactory grains)
    {
        // [orleans-pause]
        await grains.GetGrain<IManagementGrain>(0).SendControlCommandToProvider<PersistentStreamProvider>(
            "Eventide/orders", (int)PersistentStreamProviderCommand.StopAgents);    // StartAgents to go on
        // [/orleans-pause]
    }
}

internal sealed class NewOrderHandler;

// [orleans-handler-grain]
[Handler("body.type == 'loyalty'")]
[HandlerGrain(Key = "body.customer_id")]
public sealed class CustomerGrain : Grain, IHandlerGrain
{
    private decimal _spent;

    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        _spent += message.Json.GetProperty("amount").GetDecimal();
        return HandlerResult.Done;
    }
}
// [/orleans-handler-grain]
