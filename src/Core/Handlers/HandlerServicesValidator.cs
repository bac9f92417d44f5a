using Microsoft.Extensions.Options;

namespace Eventide;

/// <summary>Stops the start where a handler class cannot be made, and names each; told together with faults of the options.</summary>
internal sealed class HandlerServicesValidator(IEnumerable<HandlerDescriptor> handlers, IServiceProvider services) : IValidateOptions<EventideOptions>
{
    public ValidateOptionsResult Validate(string? name, EventideOptions options)
    {
        var faults = handlers.Select(h => h.FindMissing?.Invoke(services)).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
