using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Eventide;

/// <summary>Binds the section <c>Eventide</c>, where the host has a configuration; names that mean nothing are faults, not ignored.</summary>
internal sealed class EventideOptionsBinder(IServiceProvider services) : IConfigureOptions<EventideOptions>
{
    public void Configure(EventideOptions options)
    {
        if (services.GetService<IConfiguration>() is { } configuration)
        {
            // What cannot be bound is left out and told by the validator, together with all else that is wrong.
            var check = SettingsCheck.Of(configuration.GetSection(EventideOptions.Section), typeof(EventideOptions));
            options.BindingFaults.AddRange(check.Faults);
            check.Bind(options);
        }
    }
}
