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

    /// <summary>Loads handlers.</summary>
    /// <exception cref="UsageException">Something is missing or malformed, or there is no handler.</exception>
    /// <exception cref="RuleException">Rules cannot be read.</exception>
    public static LoadedApp Load(AppSettings app)
    {
        var loaded = new LoadedApp(AppHost.CreateBuilder(app, withEngine: false).Services.BuildServiceProvider());
        return loaded.Table.Routes.Count > 0 ? loaded : throw new UsageException(
            $"{string.Join(", ", app.Apps)}: no handler is in it; give a class [Handler(\"rule\")] and IMessageHandler, or register a lambda in an IEventideStartup.");
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
