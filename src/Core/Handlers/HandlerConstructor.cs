using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Eventide;

/// <summary>Tells, before the first message, whether the container can make a handler class. It would otherwise be found out message by
/// message, each failing and ending among the dead letters.</summary>
internal static class HandlerConstructor
{
    /// <summary>Checks the registration that the container will use.</summary>
    /// <param name="type">The handler class.</param>
    /// <param name="registrations">All registrations.</param>
    /// <param name="services">The container.</param>
    /// <returns>What is wrong and what to do, or <see langword="null"/>.</returns>
    public static string? FindFault(Type type, IServiceCollection registrations, IServiceProvider services)
    {
        // A factory or an instance of the user's own is the user's affair, and some containers do not tell what they have.
        if (registrations.LastOrDefault(s => s.ServiceType == type && !s.IsKeyedService)?.ImplementationType is not { } made
            || services.GetService<IServiceProviderIsService>() is not { } known)
        {
            return null;
        }

        var constructors = made.GetConstructors();
        if (constructors.Length == 0)
        {
            return $"The handler {made.FullName} has no public constructor, by which it could be made; give it one, or register it with a factory.";
        }

        var missing = constructors.Select(c => c.GetParameters().Where(p => !CanBeGiven(p, known)).ToArray()).ToArray();
        if (constructors.Where((_, i) => missing[i].Length == 0).ToList() is not { Count: > 0 } usable)
        {
            return constructors.Length == 1
                ? $"The handler {made.FullName} cannot be made: its constructor asks for {Show(missing[0])}, which no service is registered for; register it, as in eventide.Services.AddSingleton<{missing[0][0].ParameterType.Name}, …>() in an IEventideStartup or in the host's services."
                : $"The handler {made.FullName} cannot be made: none of its {constructors.Length} constructors has all its services registered (missing: {string.Join("; ", missing.Select(Show))}); register them, or leave the handler one constructor.";
        }

        // The container takes the one with the most parameters, provided it covers all others that it could take.
        var most = usable.MaxBy(c => c.GetParameters().Length)!;
        var covered = most.GetParameters().Select(p => p.ParameterType).ToHashSet();
        return usable.Find(c => !c.GetParameters().All(p => covered.Contains(p.ParameterType))) is { } other
            ? $"The handler {made.FullName} cannot be made: its constructors ({Show(most.GetParameters())}) and ({Show(other.GetParameters())}) would both do; leave it one."
            : null;
    }

    private static bool CanBeGiven(ParameterInfo parameter, IServiceProviderIsService known) =>
        parameter.HasDefaultValue
        || parameter.IsDefined(typeof(ServiceKeyAttribute))
        || (parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { } keyed
            ? known is not IServiceProviderIsKeyedService keys || keys.IsKeyedService(parameter.ParameterType, keyed.Key)
            : known.IsService(parameter.ParameterType));

    private static string Show(ParameterInfo[] parameters) => string.Join(", ", parameters.Select(p => $"{Show(p.ParameterType)} {p.Name}"));

    private static string Show(Type type) =>
        type.IsArray ? $"{Show(type.GetElementType()!)}[]"
        : type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Show))}>" : type.Name;
}
