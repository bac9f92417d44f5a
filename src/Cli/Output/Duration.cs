using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Eventide.Cli;

/// <summary>Times as people type and read them: <c>500ms</c>, <c>10s</c>, <c>5m</c>, <c>2h</c>, <c>1d</c>, <c>00:05:00</c>.</summary>
internal static class Duration
{
    public const string Form = "a time such as 500ms, 10s, 5m, 2h, 1d or 00:05:00";

    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400)];

    /// <summary>Reads a time of zero or more.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out TimeSpan value)
    {
        value = default;
        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        if (text.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value) && value >= TimeSpan.Zero;
        }

        foreach (var (unit, seconds) in Units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                && number * seconds <= TimeSpan.MaxValue.TotalSeconds / 2)
            {
                value = TimeSpan.FromSeconds(number * seconds);
                return true;
            }
        }

        return false;
    }

    /// <summary>Shows a time shortly.</summary>
    public static string Show(TimeSpan value)
    {
        var (unit, seconds) = value.TotalSeconds < 1 ? Units[0] : value.TotalSeconds < 120 ? Units[1] : value.TotalSeconds < 7200 ? Units[2] : Units[3];
        return string.Create(CultureInfo.InvariantCulture, $"{value.TotalSeconds / seconds:0.##} {unit}");
    }
}
