using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Eventide.Docs.Tests.Snippets.Handlers;

public interface IShop
{
    Task<bool> ShipAsync(string orderId, string key, CancellationToken cancellationToken);
}

public sealed class Shop : IShop
{
    public Task<bool> ShipAsync(string orderId, string key, CancellationToken cancellationToken) => Task.FromResult(true);
}

public sealed class ShopOverloadedException : Exception;

// [handlers-class]
[Handler("body.type == 'payment_confirmed'", RetryFor = [typeof(HttpRequestException), typeof(TimeoutException)])]
public sealed class ShipOrder(IShop shop) : IMessageHandler
{
    public async Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        var order = message.Json.GetProperty("order_id").GetString()!;
        return await shop.ShipAsync(order, key: message.Id, cancellationToken)
            ? HandlerResult.Success
            : HandlerResult.Retry(TimeSpan.FromMinutes(5), "out of stock");
    }
}
// [/handlers-class]

// [handlers-typed]
public sealed record Payment(string OrderId, decimal Amount);

[Handler("body.type == 'payment'")]
public sealed class BookPayment : IMessageHandler<Payment>
{
    public Task<HandlerResult> HandleAsync(Payment body, Message message, CancellationToken cancellationToken) =>
        body.Amount > 0 ? HandlerResult.Done : Task.FromResult(HandlerResult.DeadLetter("the amount is not positive"));
}

[JsonSerializable(typeof(Payment))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
public sealed partial class PaymentJson : JsonSerializerContext;
// [/handlers-typed]

// [handlers-startup]
public sealed class Startup : IEventideStartup
{
    public void Configure(EventideBuilder eventide)
    {
        eventide.UseJson(PaymentJson.Default.Options);
        eventide.Services.AddSingleton<IShop, Shop>();
        eventide.Handle("body.type == 'ping'", message => Console.WriteLine(message), name: "Ping");
    }
}
// [/handlers-startup]

// [handlers-send]
[Handler("body.type == 'order_placed'")]
public sealed class Confirm(QueueConnector queues) : IMessageHandler
{
    public async Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken)
    {
        await using var mails = await queues.OpenSenderAsync(QueueUri.Parse("memory:mails"), cancellationToken);
        var results = await mails.SendAllAsync(
            [new OutgoingMessage(message.Body) { Group = message.Group, DeduplicationId = message.Id }], cancellationToken);
        return results[0].IsSent ? HandlerResult.Success : HandlerResult.Retry(reason: results[0].Error);
    }
}
// [/handlers-send]

#pragma warning disable CA1873 // The arguments are there already.
// [handlers-hooks]
public sealed class Alarm(ILogger<Alarm> logger) : EventideHooks
{
    public override ValueTask OnDeadLetteredAsync(Message message, HandlerFailure failure)
    {
        logger.LogCritical("{Message} was given up: {Reason}", message, failure.Reason);
        return ValueTask.CompletedTask;
    }
}
// [/handlers-hooks]
#pragma warning restore CA1873

public static class InCode
{
    public static void Lambdas(IServiceCollection services) =>
        // [handlers-lambda]
        services.AddEventide(eventide => eventide
            .Handle("body.type == 'ping'", message => Console.WriteLine(message.Text), name: "Ping")
            .Handle("body.type == 'wait'", async (message, cancellationToken) => await Task.Delay(100, cancellationToken), name: "Wait")
            .Handle<Payment>("body.type == 'payment'", (payment, message, cancellationToken) => HandlerResult.Done, name: "Payment"));
        // [/handlers-lambda]

    public static void Around(IServiceCollection services) =>
        // [handlers-middleware]
        services.AddEventide(eventide => eventide
            .Use(async (context, next) =>
            {
                try
                {
                    return await next(context);
                }
                catch (ShopOverloadedException)
                {
                    return HandlerResult.Retry(TimeSpan.FromMinutes(1), "the shop is overloaded");
                }
            })
            .AddHooks<Alarm>());
        // [/handlers-middleware]
}
