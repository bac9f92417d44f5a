using System.Globalization;

namespace Eventide.Queues.Redis;

/// <summary>Reads the options of a URI by their kind, with errors that name the option.</summary>
internal sealed class UriOptions(QueueUri uri)
{
    /// <summary>A text, or <see langword="null"/> where the option is not given.</summary>
    public string? Text(string name) => uri.Options.TryGetValue(name, out var value) ? value : null;

    /// <summary>A whole number, or <see langword="null"/> where the option is not given.</summary>
    public long? Number(string name) => Text(name) is not { } text
        ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw Wrong(name, text, "a whole number");

    /// <summary><c>true</c> or <c>false</c>, the latter where the option is not given; given without a value, <c>true</c>.</summary>
    public bool Flag(string name) => Text(name) switch
    {
        null => false,
        "" or "true" or "1" => true,
        "false" or "0" => false,
        var text => throw Wrong(name, text, "true or false"),
    };

    /// <summary>One of several words.</summary>
    public T Choice<T>(string name, T defaultValue, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        if (Text(name) is not { } text)
        {
            return defaultValue;
        }

        var words = new List<string>();
        foreach (var (word, value) in choices)
        {
            if (string.Equals(word, text, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }

            words.Add(word);
        }

        throw Wrong(name, text, string.Join(" or ", words));
    }

    /// <summary>A time span as <c>500ms</c>, <c>5s</c>, <c>2m</c>, <c>1h</c>, <c>7d</c>, or <see langword="null"/> where the option is not given.</summary>
    public TimeSpan? Duration(string name)
    {
        if (Text(name) is not { } text)
        {
            return null;
        }

        var digits = text.AsSpan().TrimEnd("abcdefghijklmnopqrstuvwxyz");
        double? unit = text[digits.Length..] switch
        {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => null,
        };
        return unit is { } milliseconds
            && double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value * milliseconds < TimeSpan.MaxValue.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(value * milliseconds)
            : throw Wrong(name, text, "a time with its unit, as 500ms, 5s, 2m, 1h or 7d");
    }

    private FormatException Wrong(string name, string value, string expected) =>
        new($"{uri}: the option '{name}' is '{value}'; expected {expected}.");
}
