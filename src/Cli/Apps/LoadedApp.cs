using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Eventide.Cli;

/// <summary>Loaded handlers without an engine, for looking at them.</summary>
internal sealed class LoadedApp : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private LoadedApp(ServiceProvider services)
    {
        _services = services;
        Options = services.GetRequiredService<IOptions<EventideOptions>>().Value;
        Table = new RoutingTable(services.GetServices<HandlerDescriptor>(), Options.Dispatch);
    }

    /// <summary>The options as configured.</summary>
    public EventideOptions Options { get; }

    /// <summary>The handlers in the order in which they are tried.</summary>
    public RoutingTable Table { get; }

    /// <summary>The handlers that take messages of a queue, as the engine chooses them.</summary>
    /// <param name="queue">Its name, or <see langword="null"/> for all handlers.</param>
    public RoutingTable TableOf(string? queue) => queue is null ? Table : new RoutingTable(
        Table.Routes.Select(r => r.Handler).Where(h => h.Queues.Count == 0 || h.Queues.Contains(queue, StringComparer.Ordinal)),
        SettingsOf(queue)?.Dispatch ?? Options.Dispatch);

    /// <summary>What becomes of messages of a queue that no handler takes.</summary>
    /// <param name="queue">Its name, or <see langword="null"/>.</param>
    public UnmatchedPolicy UnmatchedOf(string? queue) => SettingsOf(queue)?.Unmatched ?? Options.Unmatched;

    /// <summary>Loads handlers.</summary>
    /// <exception cref="UsageException">Something is missing or malformed, or there is no handler.</exception>
    /// <exception cref="RuleException">Rules cannot be read.</exception>
    public static LoadedApp Load(AppSettings app)
    {
        var loaded = new LoadedApp(AppHost.CreateBuilder(app, withEngine: false).Services.BuildServiceProvider());
        return loaded.Table.Routes.Count > 0 ? loaded : throw new UsageException(NoHandler(app));
    }

    /// <summary>Says that an app has no handler, and what to do.</summary>
    public static string NoHandler(AppSettings app) =>
        $"{(app.Apps.Count == 0 ? "Eventide:HandlerPaths" : string.Join(", ", app.Apps))}: no handler is in it; give a class [Handler(\"rule\")] and IMessageHandler, or register a lambda in an IEventideStartup.";

    private QueueOptions? SettingsOf(string? queue) => queue is not null && Options.Queues.TryGetValue(queue, out var settings) ? settings : null;

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
