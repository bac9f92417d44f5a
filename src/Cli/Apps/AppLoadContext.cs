using System.Reflection;
using System.Runtime.Loader;

namespace Eventide.Cli;

/// <summary>Loads an assembly of handlers with its own dependencies. What host and handlers talk to each other in is shared:
/// Eventide itself, the Microsoft.Extensions libraries that the host has, and the framework; all else is the app's own copy.</summary>
internal sealed class AppLoadContext(string path) : AssemblyLoadContext(Path.GetFileNameWithoutExtension(path))
{
    private readonly AssemblyDependencyResolver _resolver = new(path);

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        if (IsShared(assemblyName.Name!) && TryLoadFromHost(assemblyName) is { } shared)
        {
            return shared;
        }

        return _resolver.ResolveAssemblyToPath(assemblyName) is { } file ? LoadFromAssemblyPath(file) : null;
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } file ? LoadUnmanagedDllFromPath(file) : 0;

    private static bool IsShared(string name) =>
        name is "Eventide" or "System.Diagnostics.DiagnosticSource"
        || name.StartsWith("Eventide.", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal);

    private static Assembly? TryLoadFromHost(AssemblyName name)
    {
        try
        {
            // By name alone: the host's version serves, newer or older; a type that it lacks is reported where it is missed.
            return Default.LoadFromAssemblyName(new AssemblyName(name.Name!));
        }
        catch (FileNotFoundException)
        {
            // One that the host does not have: the app's own.
            return null;
        }
    }
}
