using System.Reflection;

namespace Eventide.Cli.Tests.Support;

/// <summary>Where the build has put the programs under test.</summary>
internal static class Built
{
    public static string Cli { get; } = Of("Cli");

    public static string TestHandlers { get; } = Of("TestHandlers");

    public static string Orders { get; } = Of("Orders");

    public static string Dotnet { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    private static string Of(string name) =>
        typeof(Built).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == name).Value!;
}
