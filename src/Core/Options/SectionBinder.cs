using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Eventide;

/// <summary>Binds a section, where the host has a configuration; names that mean nothing are faults, not ignored.</summary>
/// <param name="services">The host's services.</param>
/// <param name="section">The section.</param>
/// <param name="faults">Where the options keep, for their validator, what could not be bound: it is told together with all else that is wrong.</param>
internal sealed class SectionBinder<TOptions>(IServiceProvider services, string section, Func<TOptions, List<string>> faults) : IConfigureOptions<TOptions>
    where TOptions : class
{
    public void Configure(TOptions options)
    {
        if (services.GetService<IConfiguration>() is { } configuration)
        {
            faults(options).AddRange(SettingsCheck.Bind(configuration.GetSection(section), options));
        }
    }
}
