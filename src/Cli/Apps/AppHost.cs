using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Eventide.Cli;

/// <summary>Builds a host around loaded handlers.</summary>
internal static class AppHost
{
    /// <summary>Loads the assemblies and the configuration: <c>appsettings.json</c> beside the first assembly, then the
    /// <c>--config</c> file, then environment variables (<c>EVENTIDE__CONCURRENCY=4</c>); the later one wins.</summary>
    /// <param name="app">What to load.</param>
    /// <param name="withEngine">Whether the host shall run the engine.</param>
    /// <param name="needsHandlers">Whether it is a fault that no assembly is named.</param>
    /// <exception cref="UsageException">Something is missing or malformed.</exception>
    public static HostApplicationBuilder CreateBuilder(AppSettings app, bool withEngine, bool needsHandlers = true)
    {
        var configuration = new ConfigurationManager();
        var folder = app.Apps.Count > 0 ? Path.GetDirectoryName(Path.GetFullPath(app.Apps[0]))! : Directory.GetCurrentDirectory();
        AddFile(configuration, Path.Combine(folder, "appsettings.json"), optional: true);
        if (app.Config is not null)
        {
            AddFile(configuration, Path.GetFullPath(app.Config), optional: false);
        }

        configuration.AddEnvironmentVariables();

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings
        {
            Configuration = configuration,
            ContentRootPath = Directory.Exists(folder) ? folder : null,
        });
        var assemblies = Paths(app, configuration, folder, needsHandlers).Select(AppAssembly.Load).ToList();
        Action<EventideBuilder> configure = eventide =>
        {
            Providers.AddTo(eventide);
            assemblies.ForEach(assembly => AppAssembly.AddTo(eventide, assembly));
        };
        _ = withEngine ? builder.Services.AddEventide(configure) : builder.Services.AddEventideCore(configure);
        return builder;
    }

    // Assemblies may be named in the configuration instead (the seeds' handler_paths): files, or folders of them.
    private static List<string> Paths(AppSettings app, ConfigurationManager configuration, string folder, bool needsHandlers)
    {
        if (app.Apps.Count > 0)
        {
            return [.. app.Apps];
        }

        var configured = configuration.GetSection($"{EventideOptions.Section}:{nameof(EventideOptions.HandlerPaths)}").GetChildren().Select(c => c.Value).OfType<string>().ToList();
        if (configured.Count == 0 && needsHandlers)
        {
            throw new UsageException("no handlers are named; give the assembly with --app Handlers.dll, or its path in the configuration as Eventide:HandlerPaths.");
        }

        var paths = new List<string>();
        foreach (var path in configured.Select(p => Path.GetFullPath(p, folder)))
        {
            paths.AddRange(Directory.Exists(path) ? Directory.GetFiles(path, "*.dll").Where(HasHandlers).Order(StringComparer.Ordinal) : [path]);
        }

        return paths;
    }

    // In a folder, handlers lie among libraries: those that do not know Eventide are none.
    private static bool HasHandlers(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var image = new System.Reflection.PortableExecutable.PEReader(file);
            if (!image.HasMetadata)
            {
                return false;
            }

            var metadata = System.Reflection.Metadata.PEReaderExtensions.GetMetadataReader(image);
            var name = metadata.GetString(metadata.GetAssemblyDefinition().Name);
            return name != "Eventide" && !name.StartsWith("Eventide.", StringComparison.Ordinal)
                && metadata.AssemblyReferences.Any(r => metadata.GetString(metadata.GetAssemblyReference(r).Name) is "Eventide.Abstractions" or "Eventide");
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }

    private static void AddFile(ConfigurationManager configuration, string path, bool optional)
    {
        if (!optional && !File.Exists(path))
        {
            throw new UsageException($"--config {path}: there is no such file; give the path of a JSON file with a section 'Eventide'.");
        }

        try
        {
            configuration.AddJsonFile(path, optional, reloadOnChange: false);
        }
        catch (Exception e) when (e is InvalidDataException or FormatException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{path}: the configuration cannot be read: {OneLine.Of(e.GetBaseException().Message)}", e);
        }
    }
}
