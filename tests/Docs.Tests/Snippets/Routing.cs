using Microsoft.Extensions.DependencyInjection;

namespace Eventide.Docs.Tests.Snippets.Routing;

// [routing-rules]
[Handler("body.type == 'order' && body.total > 100")]
public sealed class LargeOrders : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken) => HandlerResult.Done;
}

[Handler("body.type == 'email'", "body.type == 'sms'", Match = Match.Any, Order = 10)]
public sealed class Notifications : IMessageHandler
{
    public Task<HandlerResult> HandleAsync(Message message, CancellationToken cancellationToken) => HandlerResult.Done;
}
// [/routing-rules]

public static class InCode
{
    public static void Add(IServiceCollection services) =>
        // [routing-code]
        services.AddEventide(eventide => eventide
            .Handle("body.type == 'refund'", message => Console.WriteLine(message.Text), name: "Refunds")
            .AddHandler<Notifications>(new HandlerAttribute("contains(body.tags, 'urgent')") { Name = "UrgentNotifications" })
            .AddHandler(new HandlerDescriptor("BigBodies", services => context => HandlerResult.Done)
            {
                Predicate = message => message.Body.Length > 100_000,
                Order = 100,
            }));
        // [/routing-code]

    public static void Explain(IServiceProvider services)
    {
        // [routing-explain]
        var table = new RoutingTable(services.GetServices<HandlerDescriptor>());
        var message = new Message("1", "orders", """{"type":"order","total":50}"""u8.ToArray());
        foreach (var handler in table.Explain(message))
        {
            Console.WriteLine($"{handler.Route.Handler.Name}: {handler.Matches}");
            foreach (var rule in handler.Rules.Where(r => !r.Matches))
            {
                Console.WriteLine($"  {rule.FailedOn} ({rule.Found})");     // body.total > 100 (body.total = 50)
            }
        }
        // [/routing-explain]
    }
}
