using System.Runtime.CompilerServices;

namespace Eventide.Docs.Tests;

/// <summary>The project's pages, as they lie in the repository.</summary>
internal static class Pages
{
    /// <summary>The repository's folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>All pages, relative to <see cref="Root"/>.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "README.md",
        "CONTRIBUTING.md",
        .. Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories).Select(p => Path.GetRelativePath(Root, p).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    public static string Read(string page) => File.ReadAllText(Path.Combine(Root, page)).ReplaceLineEndings("\n");

    /// <summary>The part of a page between a line that begins with a text and the next line that begins with another.</summary>
    public static string Part(string page, string from, string to)
    {
        var lines = Read(page).Split('\n');
        var start = Array.FindIndex(lines, l => l.StartsWith(from, StringComparison.Ordinal));
        Assert.True(start >= 0, $"{page} has no line that begins with '{from}'.");
        var end = Array.FindIndex(lines, start + 1, l => l.StartsWith(to, StringComparison.Ordinal));
        return string.Join('\n', lines[start..(end < 0 ? lines.Length : end)]);
    }

    /// <summary>The contents of a page's code blocks of one language, in order.</summary>
    public static IReadOnlyList<string> Blocks(string text, string language)
    {
        var blocks = new List<string>();
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("```", StringComparison.Ordinal))
            {
                var end = Array.IndexOf(lines, "```", i + 1);
                if (lines[i] == "```" + language)
                {
                    blocks.Add(string.Join('\n', lines[(i + 1)..end]));
                }

                i = end;
            }
        }

        return blocks;
    }

    private static string FindRoot([CallerFilePath] string here = "") => Path.GetFullPath("../..", Path.GetDirectoryName(here)!);
}
