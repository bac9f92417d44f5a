using System.Text.RegularExpressions;
using RegexMatch = System.Text.RegularExpressions.Match;

namespace Eventide.Docs.Tests;

public sealed partial class LinkTests
{
    public static TheoryData<string> AllPages => [.. Pages.All];

    [Theory]
    [MemberData(nameof(AllPages))]
    public void Every_link_leads_to_a_file_and_a_heading(string page)
    {
        var broken = new List<string>();
        foreach (RegexMatch link in Link().Matches(WithoutCode(Pages.Read(page))))
        {
            var target = link.Groups["target"].Value;
            if (target.Contains("://", StringComparison.Ordinal))
            {
                continue;
            }

            var (path, heading) = target.Split('#', 2) is [var p, var h] ? (p, h) : (target, null);
            var file = path.Length == 0 ? page : Path.GetRelativePath(Pages.Root, Path.GetFullPath(path, Path.Combine(Pages.Root, Path.GetDirectoryName(page)!))).Replace('\\', '/');
            if (!Path.Exists(Path.Combine(Pages.Root, file)))
            {
                broken.Add($"{target}: there is no {file}");
            }
            else if (heading is not null && !Headings(file).Contains(heading))
            {
                broken.Add($"{target}: {file} has no such heading; it has {string.Join(", ", Headings(file))}");
            }
        }

        Assert.Empty(broken);
    }

    [Fact]
    public void Every_page_can_be_reached_from_the_readme()
    {
        var reached = new HashSet<string>(StringComparer.Ordinal) { "README.md" };
        var open = new Queue<string>(reached);
        while (open.TryDequeue(out var page))
        {
            foreach (RegexMatch link in Link().Matches(WithoutCode(Pages.Read(page))))
            {
                var path = link.Groups["target"].Value.Split('#')[0];
                var file = path.Contains("://", StringComparison.Ordinal) || path.Length == 0 ? null
                    : Path.GetRelativePath(Pages.Root, Path.GetFullPath(path, Path.Combine(Pages.Root, Path.GetDirectoryName(page)!))).Replace('\\', '/');
                if (file is not null && Pages.All.Contains(file) && reached.Add(file))
                {
                    open.Enqueue(file);
                }
            }
        }

        Assert.Empty(Pages.All.Except(reached));
    }

    private static string WithoutCode(string text) => InlineCode().Replace(Block().Replace(text, ""), "");

    // As GitHub makes anchors of headings.
    private static HashSet<string> Headings(string page) => page.EndsWith(".md", StringComparison.Ordinal)
        ? [.. Heading().Matches(Block().Replace(Pages.Read(page), "")).Select(m => NotInAnchor().Replace(m.Groups["text"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))]
        : [];

    [GeneratedRegex(@"\[[^\]]*\]\((?<target>[^)\s]+)\)", RegexOptions.None, 5000)]
    private static partial Regex Link();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline, 5000)]
    private static partial Regex Block();

    [GeneratedRegex("(?<!\\[)`[^`\n]+`(?!\\])", RegexOptions.None, 5000)]
    private static partial Regex InlineCode();

    [GeneratedRegex("^#{1,6} (?<text>.+)$", RegexOptions.Multiline, 5000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\p{L}\p{N} _-]", RegexOptions.None, 5000)]
    private static partial Regex NotInAnchor();
}
