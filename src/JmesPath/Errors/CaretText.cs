using System.Globalization;

namespace Eventide.JmesPath;

/// <summary>Shows a place of an expression: the line it is on, cut to a readable width, and a caret below.</summary>
internal static class CaretText
{
    private const int Around = 60;

    public static string Describe(string reason, int position, string? expression)
    {
        var head = string.Create(CultureInfo.InvariantCulture, $"{reason} (position {position})");
        if (expression is null) return head;
        position = Math.Clamp(position, 0, expression.Length);
        var lineStart = position == 0 ? 0 : expression.LastIndexOf('\n', position - 1) + 1;
        var lineEnd = expression.IndexOf('\n', position);
        if (lineEnd < 0) lineEnd = expression.Length;
        var start = Math.Max(lineStart, position - Around);
        var end = Math.Min(lineEnd, position + Around);
        var prefix = start > lineStart ? "..." : "";
        var suffix = end < lineEnd ? "..." : "";
        // Tabs and other control characters would move the caret.
        var line = string.Create(end - start, (expression, start), static (span, s) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                var c = s.expression[s.start + i];
                span[i] = char.IsControl(c) ? ' ' : c;
            }
        });
        return $"{head}\n{prefix}{line}{suffix}\n{new string(' ', prefix.Length + position - start)}^";
    }
}
