using System.Diagnostics.CodeAnalysis;

namespace Eventide;

/// <summary>A queue as a person names it: <c>memory:orders</c>, <c>file:orders.ndjson</c>, <c>redis://host:6379/0?stream=S&amp;group=G</c>,
/// <c>https://sqs.eu-west-1.amazonaws.com/1/orders</c>. Never shows a password.</summary>
public sealed class QueueUri : IEquatable<QueueUri>
{
    private QueueUri(string text, string scheme)
    {
        Value = text;
        Scheme = scheme;
    }

    /// <summary>The URI as given, secrets included. Not for logs; see <see cref="ToString"/>.</summary>
    public string Value { get; }

    /// <summary>The scheme, in lower case: what stands before the first colon.</summary>
    public string Scheme { get; }

    /// <summary>The host, or empty.</summary>
    public string Host { get; private init; } = "";

    /// <summary>The port, or <see langword="null"/> where none is given.</summary>
    public int? Port { get; private init; }

    /// <summary>The user name, unescaped, or <see langword="null"/>.</summary>
    public string? User { get; private init; }

    /// <summary>The password, unescaped, or <see langword="null"/>.</summary>
    public string? Password { get; private init; }

    /// <summary>What stands between the scheme (and host) and the query, unescaped; with a host, without the leading slash.</summary>
    public string Path { get; private init; } = "";

    /// <summary>The options after the question mark, unescaped, by name; names are case-insensitive.</summary>
    public IReadOnlyDictionary<string, string> Options { get; private init; } = Message.NoAttributes;

    /// <summary>Reads a URI.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">It is not one; the message says what was expected.</exception>
    public static QueueUri Parse(string text) =>
        TryParse(text, out var uri, out var error) ? uri : throw new FormatException(error);

    /// <summary>Reads a URI.</summary>
    /// <param name="text">The text; <c>-</c> alone is short for <c>file:-</c>, standard input or output.</param>
    /// <param name="uri">The URI, where the text is one.</param>
    /// <param name="error">What was wrong and what was expected, where it is not.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out QueueUri? uri, [NotNullWhen(false)] out string? error)
    {
        uri = null;
        text = text?.Trim();
        if (text == "-")
        {
            text = "file:-";
        }

        if (string.IsNullOrEmpty(text))
        {
            error = "A queue URI is empty; expected something like 'memory:orders' or 'redis://localhost?stream=orders&group=workers'.";
            return false;
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || !IsScheme(text.AsSpan(0, colon)))
        {
            error = $"'{text}' is not a queue URI: expected a scheme and a colon first, as in 'memory:orders' or 'file:orders.ndjson'.";
            return false;
        }

        var scheme = text[..colon].ToLowerInvariant();
        var rest = text[(colon + 1)..];

        // A file may have a question mark in its name only where no name=value follows it.
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var options = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (question >= 0)
        {
            foreach (var pair in rest[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
            {
                var equals = pair.IndexOf('=', StringComparison.Ordinal);
                var name = Uri.UnescapeDataString(equals < 0 ? pair : pair[..equals]);
                if (!options.TryAdd(name, equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..])))
                {
                    error = $"The option '{name}' stands twice in a '{scheme}:' queue URI; give it once.";
                    return false;
                }
            }

            rest = rest[..question];
        }

        if (!rest.StartsWith("//", StringComparison.Ordinal))
        {
            uri = new QueueUri(text, scheme) { Path = Uri.UnescapeDataString(rest), Options = options };
            error = null;
            return true;
        }

        return TryParseAuthority(text, scheme, rest[2..], options, out uri, out error);
    }

    /// <summary>The URI with its password, and any option whose name speaks of a secret, replaced by <c>***</c>.</summary>
    public override string ToString()
    {
        var text = Host.Length == 0 && Port is null
            ? $"{Scheme}:{Path}"
            : $"{Scheme}://{(User is null && Password is null ? "" : $"{User}{(Password is null ? "" : ":***")}@")}{Host}{(Port is { } p ? $":{p.ToString(System.Globalization.CultureInfo.InvariantCulture)}" : "")}/{Path}";
        return Options.Count == 0 ? text : $"{text}?{string.Join('&', Options.Select(o => $"{o.Key}={(IsSecret(o.Key) ? "***" : o.Value)}"))}";
    }

    /// <inheritdoc/>
    public bool Equals(QueueUri? other) => other is not null && string.Equals(Value, other.Value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as QueueUri);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Value);

    private static bool TryParseAuthority(
        string text,
        string scheme,
        string rest,
        Dictionary<string, string> options,
        [NotNullWhen(true)] out QueueUri? uri,
        [NotNullWhen(false)] out string? error)
    {
        uri = null;
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var authority = slash < 0 ? rest : rest[..slash];
        var path = slash < 0 ? "" : rest[(slash + 1)..];

        string? user = null, password = null;
        var at = authority.LastIndexOf('@');
        if (at >= 0)
        {
            var colon = authority.IndexOf(':', StringComparison.Ordinal);
            user = Uri.UnescapeDataString(colon < 0 || colon > at ? authority[..at] : authority[..colon]);
            password = colon < 0 || colon > at ? null : Uri.UnescapeDataString(authority[(colon + 1)..at]);
            authority = authority[(at + 1)..];
        }

        int? port = null;
        var portColon = authority.LastIndexOf(':');
        if (portColon >= 0 && !authority.EndsWith(']'))
        {
            if (!ushort.TryParse(authority.AsSpan(portColon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) || number == 0)
            {
                error = $"'{authority[(portColon + 1)..]}' is not a port in a '{scheme}:' queue URI; expected a number from 1 to 65535.";
                return false;
            }

            port = number;
            authority = authority[..portColon];
        }

        uri = new QueueUri(text, scheme)
        {
            Host = authority.Trim('[', ']'),
            Port = port,
            User = string.IsNullOrEmpty(user) ? null : user,
            Password = password,
            Path = Uri.UnescapeDataString(path),
            Options = options,
        };
        error = null;
        return true;
    }

    private static bool IsScheme(ReadOnlySpan<char> text) =>
        char.IsAsciiLetter(text[0]) && !text.ContainsAnyExcept(SchemeCharacters);

    private static bool IsSecret(string name) =>
        name.Contains("token", StringComparison.OrdinalIgnoreCase)
        || name.Contains("secret", StringComparison.OrdinalIgnoreCase)
        || name.Contains("password", StringComparison.OrdinalIgnoreCase);

    private static readonly System.Buffers.SearchValues<char> SchemeCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
}
