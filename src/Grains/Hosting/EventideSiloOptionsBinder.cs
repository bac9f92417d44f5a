using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Eventide.Orleans;

/// <summary>Binds the section <c>EventideSilo</c>, where the host has a configuration; names that mean nothing are faults, not ignored.</summary>
internal sealed class EventideSiloOptionsBinder(IServiceProvider services) : IConfigureOptions<EventideSiloOptions>
{
    public void Configure(EventideSiloOptions options)
    {
        if (services.GetService<IConfiguration>() is { } configuration)
        {
            // What cannot be bound is left out and told by the validator, together with all else that is wrong.
            var check = SettingsCheck.Of(configuration.GetSection(EventideSiloOptions.Section), typeof(EventideSiloOptions));
            options.BindingFaults.AddRange(check.Faults);
            check.Bind(options);
        }
    }
}
