using System.Globalization;

namespace Eventide.Queues.Sqs;

/// <summary>Where a queue is, from its URI and the options.</summary>
internal sealed record SqsAddress
{
    public const string Form =
        "https://sqs.<region>.amazonaws.com/<account>/<name>, sqs://<region>/<account>/<name>, or "
        + "sqs:<name>?region=<region> (and endpoint=http://127.0.0.1:4566 for an emulator)";

    private static readonly string[] Names =
    [
        "region", "endpoint", "account", "profile", "receivers", "minReceivers", "longPoll", "lanes", "defaultGroup", "encoding",
    ];

    public required string Name { get; init; }

    /// <summary>The URL, where the URI is one; else asked of SQS by name.</summary>
    public string? Url { get; init; }

    public string? Region { get; init; }

    public string? Account { get; init; }

    public Uri? Endpoint { get; init; }

    public string? Profile { get; init; }

    /// <summary>The endpoint is on this machine.</summary>
    public bool IsEmulator => Endpoint is { IsLoopback: true };

    /// <summary>The endpoint is one of AWS' own.</summary>
    public bool IsAws => Endpoint is null
        || Endpoint.Host.EndsWith(".amazonaws.com", StringComparison.OrdinalIgnoreCase)
        || Endpoint.Host.EndsWith(".amazonaws.com.cn", StringComparison.OrdinalIgnoreCase)
        || Endpoint.Host.EndsWith(".api.aws", StringComparison.OrdinalIgnoreCase);

    public static bool Handles(QueueUri uri) =>
        uri.Scheme == "sqs" || (uri.Scheme is "https" or "http" && LooksLikeSqs(uri.Host));

    /// <summary>Reads a queue's URI over the options.</summary>
    /// <param name="uri">The URI.</param>
    /// <param name="options">The options; those the URI sets are changed in them.</param>
    /// <exception cref="FormatException">The URI or an option is wrong.</exception>
    public static SqsAddress Parse(QueueUri uri, SqsQueueOptions options)
    {
        foreach (var (name, value) in uri.Options)
        {
            Apply(uri, options, name, value);
        }

        if (options.Check() is { } wrong)
        {
            throw new FormatException($"{uri}: {wrong}");
        }

        var address = uri.Scheme == "sqs" ? FromShort(uri, options) : FromUrl(uri, options);
        if (address.Name.Length is 0 or > 80 || address.Name.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            throw new FormatException(
                $"'{address.Name}' in {uri} is not the name of an SQS queue: expected 1 to 80 letters, digits, '-' and '_', with '.fifo' last for FIFO.");
        }

        return address;
    }

    private static SqsAddress FromUrl(QueueUri uri, SqsQueueOptions options)
    {
        var segments = uri.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (segments.Length < 2)
        {
            throw new FormatException($"{uri} names no SQS queue; expected {Form}.");
        }

        var origin = new Uri($"{uri.Scheme}://{uri.Host}{(uri.Port is { } port ? ":" + port.ToString(CultureInfo.InvariantCulture) : "")}");
        return new SqsAddress
        {
            Name = segments[^1],
            Account = segments[^2],
            Url = $"{origin.GetLeftPart(UriPartial.Authority)}/{string.Join('/', segments)}",
            Region = options.Region ?? RegionOf(uri.Host),
            Endpoint = options.Endpoint ?? origin,
            Profile = options.Profile,
        };
    }

    private static SqsAddress FromShort(QueueUri uri, SqsQueueOptions options)
    {
        if (uri.Host.Length == 0)
        {
            return new SqsAddress
            {
                Name = uri.Path,
                Account = options.AccountId,
                Region = options.Region,
                Endpoint = options.Endpoint,
                Profile = options.Profile,
            };
        }

        var segments = uri.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (segments.Length != 2)
        {
            throw new FormatException($"{uri} names no SQS queue; expected {Form}.");
        }

        return new SqsAddress
        {
            Name = segments[1],
            Account = segments[0],
            Region = uri.Host,
            Endpoint = options.Endpoint,
            Profile = options.Profile,
        };
    }

    private static void Apply(QueueUri uri, SqsQueueOptions options, string name, string value)
    {
        switch (name.ToUpperInvariant())
        {
            case "REGION":
                options.Region = value;
                break;
            case "ENDPOINT":
                options.Endpoint = Uri.TryCreate(value, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http" or "https"
                    ? endpoint
                    : throw Wrong("an address such as http://127.0.0.1:4566");
                break;
            case "ACCOUNT":
                options.AccountId = value;
                break;
            case "PROFILE":
                options.Profile = value;
                break;
            case "RECEIVERS":
                options.MaxReceivers = Number();
                options.MinReceivers = Math.Min(options.MinReceivers, Math.Max(1, options.MaxReceivers));
                break;
            case "MINRECEIVERS":
                options.MinReceivers = Number();
                break;
            case "LONGPOLL":
                options.LongPoll = TimeSpan.FromSeconds(Number());
                break;
            case "LANES":
                options.StandardGroupsAreLanes = bool.TryParse(value, out var lanes) ? lanes : throw Wrong("true or false");
                break;
            case "DEFAULTGROUP":
                options.DefaultGroup = value;
                break;
            case "ENCODING":
                options.BodyEncoding = value.ToUpperInvariant() switch
                {
                    "AUTO" => SqsBodyEncoding.Auto,
                    "TEXT" => SqsBodyEncoding.Text,
                    "BMP" => SqsBodyEncoding.BasicPlane,
                    "BASE64" => SqsBodyEncoding.Base64,
                    _ => throw Wrong("auto, text, bmp or base64"),
                };
                break;
            default:
                throw new FormatException($"{uri} has the option '{name}', which SQS queues do not know; they know {string.Join(", ", Names)}.");
        }

        int Number() =>
            int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Wrong("a whole number");

        FormatException Wrong(string expected) => new($"'{value}' for '{name}' in {uri} is wrong: expected {expected}.");
    }

    private static bool LooksLikeSqs(string host) =>
        host.StartsWith("sqs.", StringComparison.OrdinalIgnoreCase)
        || host.StartsWith("sqs-fips.", StringComparison.OrdinalIgnoreCase)
        || host.Contains(".sqs.", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".queue.amazonaws.com", StringComparison.OrdinalIgnoreCase);

    // sqs.eu-west-1.amazonaws.com, vpce-1-2.sqs.eu-west-1.vpce.amazonaws.com, and the old eu-west-1.queue.amazonaws.com.
    private static string? RegionOf(string host)
    {
        var labels = host.Split('.');
        for (var i = 0; i < labels.Length - 1; i++)
        {
            if (labels[i] is "sqs" or "sqs-fips")
            {
                return labels[i + 1];
            }

            if (labels[i + 1] == "queue")
            {
                return labels[i];
            }
        }

        return null;
    }

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
}
