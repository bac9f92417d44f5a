using System.Text.Json;

namespace GitHubWebhooks;

/// <summary>The payloads of the npm package @octokit/webhooks-examples.</summary>
public static class Webhooks
{
    private const string PackageFile = "node_modules/@octokit/webhooks-examples/api.github.com/index.json";

    /// <summary>Looks for the package's file in a folder and those above it.</summary>
    public static string? Find(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            var file = Path.Combine(at.FullName, PackageFile);
            if (File.Exists(file))
            {
                return file;
            }
        }

        return null;
    }

    /// <summary>Reads all payloads of all events.</summary>
    public static IReadOnlyList<Webhook> Read(string file)
    {
        using var events = JsonDocument.Parse(File.ReadAllBytes(file));
        return
        [
            .. from kind in events.RootElement.EnumerateArray()
               from example in kind.GetProperty("examples").EnumerateArray()
               select new Webhook(kind.GetProperty("name").GetString()!, example.GetRawText()),
        ];
    }
}
