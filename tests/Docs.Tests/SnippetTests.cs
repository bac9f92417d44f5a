using System.Text.RegularExpressions;
using RegexMatch = System.Text.RegularExpressions.Match;

namespace Eventide.Docs.Tests;

/// <summary>The C# of the pages is compiled: each block is a part of a file in Snippets, under the name that the comment before it gives.
/// What needs Orleans is in the folder of the Orleans tests, and compiled where those are; the example of a queue provider is compiled,
/// and run under the conformance suite, by the tests of Core.</summary>
public sealed partial class SnippetTests
{
    private static readonly Dictionary<string, string> Snippets = ReadSnippets();

    public static TheoryData<string> HeldPages => [.. Pages.All];

    [Theory]
    [MemberData(nameof(HeldPages))]
    public void Every_sample_is_the_compiled_one(string page)
    {
        var text = Pages.Read(page);
        if (Environment.GetEnvironmentVariable("EVENTIDE_UPDATE_DOCS") == "1")
        {
            text = Sample().Replace(text, m => $"<!-- compiled: {m.Groups["name"].Value} -->\n```csharp\n{Snippets[m.Groups["name"].Value]}\n```");
            File.WriteAllText(Path.Combine(Pages.Root, page), text);
        }

        var samples = Sample().Matches(text);
        Assert.True(samples.Count == Regex.Count(text, "^```csharp", RegexOptions.Multiline, TimeSpan.FromSeconds(5)), $"{page}: a C# block has no comment '<!-- compiled: name -->' before it.");
        foreach (RegexMatch sample in samples)
        {
            var name = sample.Groups["name"].Value;
            Assert.True(Snippets.ContainsKey(name), $"{page}: there is no part '{name}' in a folder of Snippets.");
            Assert.Equal(Snippets[name], sample.Groups["code"].Value.TrimEnd('\n'));
        }
    }

    [Fact]
    public void Every_compiled_sample_stands_in_a_page()
    {
        var used = Pages.All.SelectMany(p => Sample().Matches(Pages.Read(p))).Select(m => m.Groups["name"].Value);
        Assert.Empty(Snippets.Keys.Except(used));
    }

    [Fact]
    public async Task The_readme_s_program_greets()
    {
        var stats = await Docs.Tests.Snippets.Readme.Program.RunAsync([]);
        Assert.Equal((1, 1, 0), (stats.Received, stats.Succeeded, stats.Failed));
    }

    [Fact]
    public void The_samples_of_jmespath_give_what_their_comments_say()
    {
        var message = """{"body":{"type":"order","total":150,"items":[{"sku":"x","qty":2},{"sku":"y","qty":1}]}}"""u8.ToArray();
        Assert.Equal((true, """["x"]"""), Docs.Tests.Snippets.Jmes.InCode.Evaluate(message));
        Assert.Equal("true", Docs.Tests.Snippets.Jmes.InCode.Call("any_of(&qty > `1`, body.items) && upper(body.type) == 'ORDER'", message));
        Assert.Equal("false", Docs.Tests.Snippets.Jmes.InCode.Call("any_of(&qty > `2`, body.items)", message));
    }

    // Parts of one name are joined in their order; the common indentation is taken away.
    private static Dictionary<string, string> ReadSnippets()
    {
        var parts = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        string[] folders = ["tests/Docs.Tests/Snippets", "tests/Grains.Tests/Snippets", "tests/Core.Tests/Queues/Example"];
        foreach (var file in folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Pages.Root, folder), "*.cs").Order(StringComparer.Ordinal)))
        {
            string? open = null;
            foreach (var line in File.ReadLines(file))
            {
                if (PartStart().Match(line) is { Success: true } start)
                {
                    open = start.Groups["name"].Value;
                    parts.TryAdd(open, []);
                }
                else if (PartEnd().IsMatch(line))
                {
                    open = null;
                }
                else if (open is not null)
                {
                    parts[open].Add(line);
                }
            }
        }

        return parts.ToDictionary(
            p => p.Key,
            p =>
            {
                var indent = p.Value.Where(l => l.Length > 0).Min(l => l.Length - l.TrimStart(' ').Length);
                return string.Join('\n', p.Value.Select(l => l.Length > indent ? l[indent..] : l.TrimStart(' '))).Trim('\n');
            },
            StringComparer.Ordinal);
    }

    [GeneratedRegex("^<!-- compiled: (?<name>[a-z-]+) -->\n```csharp\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline, 5000)]
    private static partial Regex Sample();

    [GeneratedRegex(@"^\s*// \[(?<name>[a-z-]+)\]$", RegexOptions.None, 5000)]
    private static partial Regex PartStart();

    [GeneratedRegex(@"^\s*// \[/[a-z-]+\]$", RegexOptions.None, 5000)]
    private static partial Regex PartEnd();
}
