using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Eventide;

/// <summary>A queue as a person names it: <c>memory:orders</c>, <c>file:orders.ndjson</c>, <c>redis://host:6379/0?stream=S&amp;group=G</c>,
/// <c>https://sqs.eu-west-1.amazonaws.com/1/orders</c>. Never shows a password.</summary>
public sealed class QueueUri : IEquatable<QueueUri>
{
    private readonly string _shown;

    private QueueUri(string text, string scheme, string shown)
    {
        Value = text;
        Scheme = scheme;
        _shown = shown;
    }

    /// <summary>The URI as given, secrets included. Not for logs; see <see cref="ToString"/>.</summary>
    public string Value { get; }

    /// <summary>The scheme, in lower case: what stands before the first colon.</summary>
    public string Scheme { get; }

    /// <summary>The host, or empty; an IPv6 address without its brackets.</summary>
    public string Host { get; private init; } = "";

    /// <summary>The port, or <see langword="null"/> where none is given.</summary>
    public int? Port { get; private init; }

    /// <summary>The user name, unescaped, or <see langword="null"/>.</summary>
    public string? User { get; private init; }

    /// <summary>The password, unescaped, or <see langword="null"/>.</summary>
    public string? Password { get; private init; }

    /// <summary>What stands between the scheme (and host) and the query, unescaped; after <c>//</c>, without the slash that ends the host.</summary>
    public string Path { get; private init; } = "";

    /// <summary>The options after the question mark, unescaped, by name; names are case-insensitive.</summary>
    public IReadOnlyDictionary<string, string> Options { get; private init; } = Message.NoAttributes;

    /// <summary>Reads a URI.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">It is not one; the message says what was expected, and shows no password.</exception>
    public static QueueUri Parse(string text) =>
        TryParse(text, out var uri, out var error) ? uri : throw new FormatException(error);

    /// <summary>Reads a URI.</summary>
    /// <param name="text">The text; <c>-</c> alone is short for <c>file:-</c>, standard input or output.</param>
    /// <param name="uri">The URI, where the text is one.</param>
    /// <param name="error">What was wrong and what was expected, where it is not; shows no password.</param>
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
            error = $"'{Harmless(text)}' is not a queue URI: expected a scheme and a colon first, as in 'memory:orders' or 'file:orders.ndjson'.";
            return false;
        }

        var scheme = text[..colon].ToLowerInvariant();
        if (text.Any(char.IsControl))
        {
            error = $"A '{scheme}:' queue URI holds a control character, such as a line break; write it as %0A and the like if it is meant.";
            return false;
        }

        var rest = text[(colon + 1)..];
        var options = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var shown = new StringBuilder();
        var question = QuestionMark(scheme, rest);
        if (question >= 0)
        {
            if (!TryParseOptions(scheme, rest[(question + 1)..], options, shown, out error))
            {
                return false;
            }

            rest = rest[..question];
        }

        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            return TryParseAuthority(text, scheme, rest[2..], options, shown.ToString(), out uri, out error);
        }

        uri = new QueueUri(text, scheme, $"{scheme}:{rest}{shown}") { Path = Uri.UnescapeDataString(rest), Options = options };
        error = null;
        return true;
    }

    /// <summary>The URI as it was written, with its password, and the value of any option whose name speaks of a secret, replaced by <c>***</c>.</summary>
    public override string ToString() => _shown;

    /// <inheritdoc/>
    public bool Equals(QueueUri? other) => other is not null && string.Equals(Value, other.Value, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as QueueUri);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Value);

    // A file may have a question mark in its name where no name=value follows it; anywhere it can be written %3F.
    private static int QuestionMark(string scheme, string rest)
    {
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        return question >= 0 && scheme == "file" && rest.IndexOf('=', question) < 0 ? -1 : question;
    }

    private static bool TryParseOptions(
        string scheme, string query, Dictionary<string, string> options, StringBuilder shown, [NotNullWhen(false)] out string? error)
    {
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = pair.IndexOf('=', StringComparison.Ordinal);
            var name = Uri.UnescapeDataString(equals < 0 ? pair : pair[..equals]);
            if (name.Length == 0)
            {
                error = $"An option without a name stands in a '{scheme}:' queue URI; expected 'name=value'.";
                return false;
            }

            if (!options.TryAdd(name, equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..])))
            {
                error = $"The option '{name}' stands twice in a '{scheme}:' queue URI; give it once.";
                return false;
            }

            shown.Append(shown.Length == 0 ? '?' : '&');
            shown.Append(equals < 0 ? pair : $"{pair[..equals]}={(IsSecret(name) ? "***" : Shown(pair[(equals + 1)..], options[name]))}");
        }

        error = null;
        return true;
    }

    private static bool TryParseAuthority(
        string text,
        string scheme,
        string rest,
        Dictionary<string, string> options,
        string shownOptions,
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
            var colon = authority.IndexOf(':', 0, at);
            user = colon < 0 ? authority[..at] : authority[..colon];
            password = colon < 0 ? null : authority[(colon + 1)..at];
        }

        var server = authority[(at + 1)..];
        if (!TryParseServer(scheme, server, out var host, out var port, out error))
        {
            return false;
        }

        var shownUser = at < 0 ? "" : $"{user}{(password is null ? "" : ":***")}@";
        uri = new QueueUri(text, scheme, $"{scheme}://{shownUser}{server}{(slash < 0 ? "" : "/")}{path}{shownOptions}")
        {
            Host = host,
            Port = port,
            User = string.IsNullOrEmpty(user) ? null : Uri.UnescapeDataString(user),
            Password = password is null ? null : Uri.UnescapeDataString(password),
            Path = Uri.UnescapeDataString(path),
            Options = options,
        };
        return true;
    }

    private static bool TryParseServer(string scheme, string server, out string host, out int? port, [NotNullWhen(false)] out string? error)
    {
        var isBracketed = server.StartsWith('[');
        var hostEnd = isBracketed ? server.IndexOf(']', StringComparison.Ordinal) + 1 : server.IndexOf(':', StringComparison.Ordinal);
        hostEnd = hostEnd < 0 ? server.Length : hostEnd;
        host = server[..hostEnd];
        port = null;
        error = null;

        // The text is shown only where it is all digits: anything else may be the half of a password with an unescaped slash.
        if (hostEnd < server.Length)
        {
            var digits = server.AsSpan(hostEnd + 1);
            if (server[hostEnd] != ':' || !ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
            {
                error = server.AsSpan(hostEnd).Count(':') > 1
                    ? $"The host of a '{scheme}:' queue URI has several colons; expected an IPv6 address in brackets, as in '{scheme}://[::1]:1234'."
                    : $"What follows the host of a '{scheme}:' queue URI is not a port{(digits.ContainsAnyExceptInRange('0', '9') ? "" : $" ('{digits}')")}; expected a number from 1 to 65535. (A '/' or ':' in a password is written %2F, %3A.)";
                return false;
            }

            port = number;
        }

        if (isBracketed || host.AsSpan().IndexOfAny('[', ']') >= 0)
        {
            if (!isBracketed || !host.EndsWith(']') || Uri.CheckHostName(host) != UriHostNameType.IPv6)
            {
                error = $"The host of a '{scheme}:' queue URI is not an IPv6 address in brackets; expected something like '{scheme}://[::1]:1234'.";
                return false;
            }

            host = host[1..^1];
        }

        return true;
    }

    private static bool IsScheme(ReadOnlySpan<char> text) =>
        char.IsAsciiLetter(text[0]) && !text.ContainsAnyExcept(SchemeCharacters);

    // The beginning of what is not a URI, up to where a secret could start.
    private static string Harmless(string text)
    {
        var end = text.AsSpan().IndexOfAny(":?@");
        var start = new string([.. (end < 0 ? text : text[..end]).Where(c => !char.IsControl(c)).Take(80)]);
        return start.Length < text.Length ? start + "…" : start;
    }

    // An option's value may itself be a URI with a password.
    private static string Shown(string written, string value) =>
        value.Contains("://", StringComparison.Ordinal) && TryParse(value, out var inner, out _) && inner.ToString() != inner.Value ? inner.ToString() : written;

    private static bool IsSecret(string name) =>
        SecretWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase))
        || name.EndsWith("key", StringComparison.OrdinalIgnoreCase);

    private static readonly string[] SecretWords = ["token", "secret", "pass", "pwd", "credential", "signature", "auth"];

    private static readonly System.Buffers.SearchValues<char> SchemeCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
}
