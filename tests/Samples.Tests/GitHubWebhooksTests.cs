using System.Text.Json;
using GitHubWebhooks;

namespace Eventide.Samples.Tests;

/// <summary>Each rule's count, found by routing, beside the count of the same thing written out by hand over System.Text.Json.</summary>
public sealed class GitHubWebhooksTests
{
    private static readonly Dictionary<string, Func<string, JsonElement, bool>> ByHand = new(StringComparer.Ordinal)
    {
        ["pull requests to review"] = (name, body) =>
            name == "pull_request" && Text(body, "action") == "opened" && At(body, "pull_request", "draft")?.ValueKind != JsonValueKind.True,
        ["small pull requests"] = (_, body) => Number(body, "pull_request", "additions") <= 10 && Number(body, "pull_request", "changed_files") == 1,
        ["bugs"] = (_, body) => Items(body, "issue", "labels").Any(label => Text(label, "name") == "bug"),
        ["issues that nobody looks after"] = (_, body) =>
            Text(body, "issue", "state") == "open" && Number(body, "issue", "comments") == 0 && !Items(body, "issue", "assignees").Any(),
        ["taken on by oneself"] = (_, body) =>
            At(body, "assignee")?.ValueKind == JsonValueKind.Object && Text(body, "assignee", "login") == Text(body, "sender", "login"),
        ["what bots do"] = (_, body) => Text(body, "sender", "type") == "Bot" || Text(body, "sender", "login")?.EndsWith("[bot]", StringComparison.Ordinal) == true,
        ["pushes to the default branch"] = (name, body) => name == "push" && Text(body, "ref") == "refs/heads/" + Text(body, "repository", "default_branch"),
        ["pushes that change files"] = (_, body) =>
            Items(body, "commits").Any(commit => new[] { "modified", "added", "removed" }.Any(list => Items(commit, list).Any())),
        ["tags"] = (name, body) => name is "create" or "delete" && Text(body, "ref_type") == "tag",
        ["what did not succeed"] = (_, body) =>
            new[] { "check_run", "check_suite", "workflow_run", "workflow_job" }
                .Where(run => At(body, run) is { ValueKind: not JsonValueKind.Null })
                .Take(1)
                .Any(run => Text(body, run, "conclusion") is { } conclusion && conclusion != "success"),
        ["jobs with a step that is done"] = (_, body) => Items(body, "workflow_job", "steps").Any(step => Text(step, "status") == "completed" && Number(step, "number") > 1),
        ["grave advisories"] = (_, body) =>
            (Text(body, "security_advisory", "severity") ?? Text(body, "alert", "security_advisory", "severity") ?? Text(body, "alert", "severity")) is "high" or "critical",
        ["advisories with a fix"] = (_, body) =>
            Items(body, "security_advisory", "vulnerabilities").Any(v => !string.IsNullOrEmpty(Text(v, "first_patched_version", "identifier"))),
        ["releases with nothing to download"] = (_, body) => At(body, "release", "assets") is { } assets && assets.GetArrayLength() == 0,
        ["final releases before version 1"] = (_, body) =>
            At(body, "release", "prerelease")?.ValueKind == JsonValueKind.False
            && At(body, "release", "draft")?.ValueKind == JsonValueKind.False
            && Text(body, "release", "tag_name")!.StartsWith("0.", StringComparison.Ordinal),
        ["comments with emoji in them"] = (_, body) => Text(body, "comment", "body") is { } text && (text.Contains(":+1:", StringComparison.Ordinal) || text.Contains("emoji", StringComparison.Ordinal)),
        ["repositories on the move"] = (name, body) => name == "repository" && Text(body, "action") is "transferred" or "renamed",
        ["private repositories"] = (_, body) => At(body, "repository", "private")?.ValueKind == JsonValueKind.True,
        ["busy repositories"] = (_, body) => Number(body, "repository", "open_issues_count") > 2 && Number(body, "repository", "forks_count") <= 1,
        ["deployments to production"] = (_, body) => Text(body, "deployment", "environment")?.Contains("production", StringComparison.Ordinal) == true,
        ["apps that may write"] = (_, body) =>
            At(body, "installation", "permissions") is { ValueKind: JsonValueKind.Object } permissions && permissions.EnumerateObject().Any(p => p.Value.GetString() == "write"),
    };

    [Fact]
    public void There_are_329_payloads() => Assert.Equal(329, Read().Count);

    [Fact]
    public void Every_rule_is_counted_by_hand_too() => Assert.Equal(Rules.All.Select(r => r.Name).Order(StringComparer.Ordinal), ByHand.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public async Task Each_rule_takes_as_many_webhooks_as_a_count_by_hand_finds()
    {
        var webhooks = Read();
        var expected = Rules.All.ToDictionary(
            rule => rule.Name,
            rule => webhooks.Count(w => ByHand[rule.Name](w.Event, JsonDocument.Parse(w.Payload).RootElement)),
            StringComparer.Ordinal);

        var counted = await Router.CountAsync(webhooks);

        Assert.Equal(expected, counted.ToDictionary(c => c.Rule.Name, c => c.Count, StringComparer.Ordinal));
        Assert.All(counted, c => Assert.True(c.Count is > 0 and < 329, $"{c.Rule.Name} takes {c.Count} webhooks: that tests nothing"));
    }

    private static IReadOnlyList<Webhook> Read()
    {
        var file = Webhooks.Find(Metadata.Of("GitHubWebhooks"));
        Assert.SkipWhen(file is null, "The payloads are not installed; run: npm install --prefix samples/GitHubWebhooks");
        return Webhooks.Read(file!);
    }

    private static JsonElement? At(JsonElement value, params string[] path)
    {
        foreach (var name in path)
        {
            if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out value))
            {
                return null;
            }
        }

        return value;
    }

    private static string? Text(JsonElement value, params string[] path) => At(value, path) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static double Number(JsonElement value, params string[] path) => At(value, path) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : double.NaN;

    private static IEnumerable<JsonElement> Items(JsonElement value, params string[] path) =>
        At(value, path) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : Enumerable.Empty<JsonElement>();
}
