using System.Text.Json;
using Eventide;
using Microsoft.Extensions.DependencyInjection;

namespace Orders;

/// <summary>What attributes cannot say: the handlers' services, and a handler that is too small for a class.</summary>
public sealed class Startup : IEventideStartup
{
    public void Configure(EventideBuilder eventide)
    {
        eventide.UseJson(new JsonSerializerOptions(JsonSerializerDefaults.Web) { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower });

        var parcels = new Parcels();
        eventide.Services.AddSingleton<Warehouse>().AddSingleton<Ledger>().AddSingleton(parcels);

        eventide.Handle(
            "body.type == 'order_status_update' && body.status == 'shipped'",
            message => parcels.Follow(
                message.Json.GetProperty("order_id").GetString()!,
                message.Json.GetProperty("tracking").GetString()!),
            name: "OrderShipped");
    }
}
