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
            try
            {
                configuration.GetSection(EventideOptions.Section).Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
            }
            catch (InvalidOperationException e)
            {
                throw new OptionsValidationException(nameof(EventideOptions), typeof(EventideOptions), [$"{EventideOptions.Section}: {e.Message} {e.InnerException?.Message}".TrimEnd()]);
            }
        }
    }
}
