using System.Globalization;

namespace Eventide.Queues.Cloudflare;

/// <summary>Reads <c>cloudflare://account/queue?option=value</c> on top of the provider's own settings.</summary>
internal static class CloudflareUri
{
    public const string Scheme = "cloudflare";
    public const string Form = "cloudflare://account-id/queue?option=value";

    private const string Known =
        "token, endpoint, timeout, wait, min-poll, max-poll, close, content, max-retries and dead-letter-queue";

    public static CloudflareQueueOptions Read(QueueUri uri, CloudflareQueueOptions defaults)
    {
        var options = defaults.Clone();
        if (uri.User is not null || uri.Password is not null || uri.Port is not null)
        {
            throw new FormatException($"A Cloudflare queue URI has no user, password or port; expected '{Form}', with the token in the environment variable {CloudflareQueueOptions.TokenVariable}.");
        }

        // Both the id alone ('cloudflare:queue') and the full form are read; an account may come from the settings in code.
        options.AccountId = uri.Host.Length > 0 ? uri.Host : options.AccountId;
        options.Queue = uri.Path.Length > 0 ? uri.Path : options.Queue;
        foreach (var (name, value) in uri.Options)
        {
            Apply(options, name, value);
        }

        options.Validate();
        return options;
    }

    private static void Apply(CloudflareQueueOptions options, string name, string value)
    {
        switch (name.ToLowerInvariant())
        {
            case "token": options.ApiToken = value; break;
            case "endpoint": options.Endpoint = Url(value); break;
            case "timeout": options.RequestTimeout = Duration(name, value); break;
            case "wait": options.MaxWait = Duration(name, value); break;
            case "min-poll": options.MinPollInterval = Duration(name, value); break;
            case "max-poll": options.MaxPollInterval = Duration(name, value); break;
            case "close": options.CloseTimeout = Duration(name, value); break;
            case "max-retries": options.MaxRetries = Number(name, value); break;
            case "dead-letter-queue": options.DeadLetterQueue = value; break;
            case "content":
                options.ContentType = value.ToLowerInvariant() switch
                {
                    "text" => CloudflareContentType.Text,
                    "json" => CloudflareContentType.Json,
                    _ => throw new FormatException($"content={value} in a Cloudflare queue URI; expected text or json."),
                };
                break;
            default: throw new FormatException($"A Cloudflare queue URI has no option '{name}'; it has {Known}.");
        }
    }

    private static Uri Url(string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var url)
            ? url
            : throw new FormatException($"endpoint={value} in a Cloudflare queue URI is not a URL; expected something like 'https://api.cloudflare.com/client/v4'.");

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"{name}={value} in a Cloudflare queue URI is not a number.");

    // 500ms, 2s, 5m, 1h; a bare number is seconds.
    private static TimeSpan Duration(string name, string value)
    {
        var (digits, unit) = value switch
        {
            _ when value.EndsWith("ms", StringComparison.OrdinalIgnoreCase) => (value[..^2], 1d),
            _ when value.EndsWith('s') => (value[..^1], 1_000d),
            _ when value.EndsWith('m') => (value[..^1], 60_000d),
            _ when value.EndsWith('h') => (value[..^1], 3_600_000d),
            _ => (value, 1_000d),
        };

        return double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number * unit < 1e12
            ? TimeSpan.FromMilliseconds(number * unit)
            : throw new FormatException($"{name}={value} in a Cloudflare queue URI is not a time; expected something like 500ms, 2s, 5m or 1h.");
    }
}
