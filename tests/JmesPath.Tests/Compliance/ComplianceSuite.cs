using System.Text.Json;

namespace Eventide.JmesPath.Tests.Compliance;

/// <summary>The official suite of the npm package jmespath, where tests/package.json installs it.</summary>
internal static class ComplianceSuite
{
    public const int Files = 15;
    public const int Cases = 851;
    private const string Variable = "EVENTIDE_JMESPATH_SUITE";

    public static string Folder { get; } = Find();

    public static IEnumerable<ComplianceCase> Read(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, file)));
        foreach (var group in json.RootElement.EnumerateArray())
        {
            var given = group.GetProperty("given").GetRawText();
            foreach (var item in group.GetProperty("cases").EnumerateArray())
            {
                yield return new(
                    given,
                    item.GetProperty("expression").GetString()!,
                    item.TryGetProperty("result", out var result) ? result.GetRawText() : null,
                    item.TryGetProperty("error", out var error) ? error.GetString() : null);
            }
        }
    }

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named) return named;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var suite = Path.Combine(folder.FullName, "tests", "node_modules", "jmespath", "test", "compliance");
            if (Directory.Exists(suite)) return suite;
        }
        throw new InvalidOperationException($"The JMESPath suite is missing: run 'npm ci --prefix tests', or set {Variable} to its folder.");
    }
}
