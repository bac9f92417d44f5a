using System.Reflection;

namespace Eventide.Cli;

/// <summary>Loads assemblies of handlers by path.</summary>
internal static class AppAssembly
{
    /// <summary>Loads one.</summary>
    /// <param name="path">The path of a .dll, relative to the current directory or absolute.</param>
    /// <exception cref="UsageException">There is no such file, or it is not a .NET assembly.</exception>
    public static Assembly Load(string path)
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new UsageException($"--app {path}: this is a directory; expected an assembly of handlers, such as '{Path.Combine(path, "Handlers.dll")}'.");
        }

        if (!File.Exists(full))
        {
            throw new UsageException($"--app {path}: there is no such file; build the project of the handlers first, and give the path of its .dll.");
        }

        try
        {
            return new AppLoadContext(full).LoadFromAssemblyPath(full);
        }
        catch (Exception e) when (e is BadImageFormatException or FileLoadException or InvalidOperationException)
        {
            throw new UsageException($"--app {path}: this is not a .NET assembly that can be loaded ({OneLine.Of(e.Message)}); give the .dll that the build of the handlers' project makes.", e);
        }
    }

    /// <summary>Adds the handlers of an assembly to a worker.</summary>
    /// <exception cref="UsageException">Its handlers are not well-formed, or something they need is missing.</exception>
    public static void AddTo(EventideBuilder eventide, Assembly assembly)
    {
        var name = assembly.GetName().Name;
        try
        {
            eventide.AddHandlersFrom(assembly);
        }
        catch (ReflectionTypeLoadException e)
        {
            throw new UsageException($"{name}: some of its types cannot be loaded ({OneLine.Of(e.LoaderExceptions.FirstOrDefault()?.Message ?? e.Message)}); {Advice}", e);
        }
        catch (Exception e) when (e is FileNotFoundException or FileLoadException or TypeLoadException or MissingMemberException)
        {
            throw new UsageException($"{name}: something that it needs cannot be loaded ({OneLine.Of(e.Message)}); {Advice}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or MissingMethodException)
        {
            throw new UsageException($"{name}: {OneLine.Of(e.Message)}", e);
        }
        catch (Exception e)
        {
            // Its start-up code is the user's; its faults are not ours to explain.
            var cause = e is TargetInvocationException { InnerException: { } inner } ? inner : e;
            throw new UsageException($"{name}: its IEventideStartup failed with {cause.GetType().Name}: {OneLine.Of(cause.Message)}", e);
        }
    }

    private const string Advice = "publish the project, or set <EnableDynamicLoading>true</EnableDynamicLoading> in it, so that its dependencies lie beside it.";
}
