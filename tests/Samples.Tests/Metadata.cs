using System.Reflection;

namespace Eventide.Samples.Tests;

internal static class Metadata
{
    public static string Of(string name) =>
        typeof(Metadata).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == name).Value!;
}
