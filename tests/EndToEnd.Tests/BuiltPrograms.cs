namespace Eventide.EndToEnd.Tests;

/// <summary>Where the build has put the programs that the tests run: of the same configuration and framework as the tests themselves.</summary>
internal static class BuiltPrograms
{
    /// <summary>The command <c>eventide</c>.</summary>
    public static string Cli { get; } = Find("src/Cli", "Eventide.Cli.dll");

    /// <summary>The handlers of the sample.</summary>
    public static string Orders { get; } = Find("samples/Orders", "Orders.dll");

    /// <summary>The handlers that write down what they handle.</summary>
    public static string Recorder { get; } = Find("tests/EndToEnd.Handlers", "EndToEnd.Handlers.dll");

    /// <summary>The folder of the clients that are not ours, and their packages.</summary>
    public static string Clients { get; } = Path.Combine(Root, "tests", "EndToEnd.Tests", "clients");

    /// <summary>Starts the command <c>eventide</c>.</summary>
    public static RunningProgram StartCli(IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        RunningProgram.Start("dotnet", environment, [Cli, .. arguments]);

    private static string Root
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "src", "Cli", "Eventide.Cli.csproj")))
                {
                    return folder.FullName;
                }
            }

            throw new DirectoryNotFoundException($"The repository is not above {AppContext.BaseDirectory}; run the tests from where they were built.");
        }
    }

    private static string Find(string project, string file)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var path = Path.Combine(Root, project.Replace('/', Path.DirectorySeparatorChar), "bin", framework.Parent!.Name, framework.Name, file);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing; build {project} first.", path);
    }
}
