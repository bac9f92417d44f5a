using System.Collections.Concurrent;
using Eventide;
using Eventide.Queues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace GitHubWebhooks;

/// <summary>Routes webhooks: each goes to every handler whose rule it meets.</summary>
public static class Router
{
    /// <summary>Counts the webhooks that reach each rule's handler.</summary>
    public static async Task<IReadOnlyList<(Rule Rule, int Count)>> CountAsync(IEnumerable<Webhook> webhooks)
    {
        var counts = new ConcurrentDictionary<string, int>();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(new MemoryBroker());
        builder.Services.AddSingleton<IQueueProvider>(services => new MemoryQueueProvider(services.GetRequiredService<MemoryBroker>()));
        builder.Services.AddEventide(eventide =>
        {
            eventide.Queue("memory:webhooks").Configure(options =>
            {
                options.UntilEmpty = true;
                options.Dispatch = DispatchMode.AllMatches;
                options.Unmatched = UnmatchedPolicy.Acknowledge;
            });
            foreach (var rule in Rules.All)
            {
                eventide.Handle(rule.Expression, _ => counts.AddOrUpdate(rule.Name, 1, (_, before) => before + 1), rule.Name);
            }
        });
        using var host = builder.Build();

        var queues = host.Services.GetRequiredService<QueueConnector>();
        await using (var sender = await queues.OpenSenderAsync(QueueUri.Parse("memory:webhooks"), default))
        {
            await sender.SendAllAsync(webhooks.Select(ToMessage), default);
        }

        var monitor = host.Services.GetRequiredService<EventideMonitor>();
        await host.RunAsync();

        var stats = monitor.Stats.Single();
        return stats is { Failed: 0, RuleErrors: 0 }
            ? [.. Rules.All.Select(rule => (rule, counts.GetValueOrDefault(rule.Name)))]
            : throw new InvalidOperationException($"{stats.Failed} handlers and {stats.RuleErrors} rules failed.");
    }

    private static OutgoingMessage ToMessage(Webhook webhook) => new(webhook.Payload)
    {
        Attributes = new Dictionary<string, string> { ["x-github-event"] = webhook.Event },
    };
}
