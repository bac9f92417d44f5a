using Microsoft.Extensions.DependencyInjection;

namespace Eventide.Orleans;

/// <summary>Eventide's own clock in a silo: the <see cref="TimeProvider"/> keyed <see cref="EventideSiloOptions.ProviderName"/>, else the
/// host's. Apart from Orleans' clock, so that a test can move one without freezing the other.</summary>
internal sealed class EventideClock(IServiceProvider services)
{
    public TimeProvider Time { get; } =
        services.GetKeyedService<TimeProvider>(EventideSiloOptions.ProviderName) ?? services.GetRequiredService<TimeProvider>();
}
