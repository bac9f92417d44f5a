using Eventide;
using Microsoft.Extensions.DependencyInjection;

namespace EndToEnd.Handlers;

/// <summary>One journal for all handlers of a process.</summary>
public sealed class Startup : IEventideStartup
{
    /// <inheritdoc/>
    public void Configure(EventideBuilder eventide) => eventide.Services.AddSingleton<Journal>();
}
