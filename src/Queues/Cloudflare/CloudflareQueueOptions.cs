using System.Globalization;

namespace Eventide.Queues.Cloudflare;

/// <summary>How a Cloudflare queue is reached and polled. What a <c>cloudflare:</c> URI says goes before what stands here.</summary>
public sealed class CloudflareQueueOptions
{
    /// <summary>The environment variable that the API token is read from where <see cref="ApiToken"/> is not set.</summary>
    public const string TokenVariable = "CLOUDFLARE_API_TOKEN";

    /// <summary>The account's id, 32 hexadecimal digits on Cloudflare. In a URI: the host. No default.</summary>
    public string AccountId { get; set; } = "";

    /// <summary>The queue's name, or its id of 32 hexadecimal digits (which saves looking the name up when a queue is opened to send). In a URI:
    /// the path. No default.</summary>
    public string Queue { get; set; } = "";

    /// <summary>The API token, with permission to read and write queues. <see langword="null"/> (the default) reads the environment
    /// variable <see cref="TokenVariable"/> when a queue is opened. In a URI: <c>token=</c>; prefer the variable. Never logged.</summary>
    public string? ApiToken { get; set; }

    /// <summary>Where the API is, up to and without <c>/accounts</c>. Default <c>https://api.cloudflare.com/client/v4</c>. Plain http is
    /// accepted for this machine only, since the token goes with every request. In a URI: <c>endpoint=</c>.</summary>
    public Uri Endpoint { get; set; } = new("https://api.cloudflare.com/client/v4");

    /// <summary>How long one request may take, answer included. Default 30 s; from 1 s to 5 min. In a URI: <c>timeout=</c>.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one receive may wait, which is how long this side goes on polling, since the server never waits. Default 20 s; from
    /// zero to 5 min. In a URI: <c>wait=</c>.</summary>
    public TimeSpan MaxWait { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>The pause after the first pull that brought nothing; it doubles with each further one. Default 100 ms; from 10 ms to
    /// 1 min. In a URI: <c>min-poll=</c>.</summary>
    public TimeSpan MinPollInterval { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause between two pulls. It bounds how late a message is noticed on an idle queue, and how many requests an idle
    /// worker makes. Default 1 s; from <see cref="MinPollInterval"/> to 5 min. In a URI: <c>max-poll=</c>.</summary>
    public TimeSpan MaxPollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long closing a receiver waits for requests under way to end and for what they still bring to be put back. Default
    /// 5 s; from zero to 1 min. In a URI: <c>close=</c>.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How bodies are sent. Default <see cref="CloudflareContentType.Text"/>. In a URI: <c>content=text|json</c>.</summary>
    public CloudflareContentType ContentType { get; set; }

    /// <summary>When a queue is created: how often Cloudflare delivers a message again before it deletes it (or moves it to
    /// <see cref="DeadLetterQueue"/>) without asking. Default 100, the most there is; from 0 to 100. In a URI: <c>max-retries=</c>.</summary>
    /// <remarks>Cloudflare's own default is 3. Keep it well above the worker's retry limit: every delivery counts here, also those that
    /// ended with a shutdown or a lost lease.</remarks>
    public int MaxRetries { get; set; } = 100;

    /// <summary>When a queue is created: the name of the queue that Cloudflare moves a message to after <see cref="MaxRetries"/>. Default
    /// <see langword="null"/>: it is deleted. In a URI: <c>dead-letter-queue=</c>.</summary>
    public string? DeadLetterQueue { get; set; }

    internal CloudflareQueueOptions Clone() => (CloudflareQueueOptions)MemberwiseClone();

    /// <summary>Checks every setting.</summary>
    /// <exception cref="FormatException">One is missing or out of range; the message names it and what was expected.</exception>
    public void Validate()
    {
        RequireName(AccountId, "account id", "as in 'cloudflare://<account id>/<queue>'");
        RequireName(Queue, "queue", "its name or its id, as in 'cloudflare://<account id>/<queue>'");
        if (DeadLetterQueue is not null)
        {
            RequireName(DeadLetterQueue, "dead-letter-queue", "the name of a queue in the same account");
        }

        if (ApiToken is not null && (ApiToken.Length == 0 || ApiToken.AsSpan().ContainsAnyExceptInRange('!', '~')))
        {
            throw new FormatException("The API token of a Cloudflare queue is empty or holds a space or a control character; expected the token as Cloudflare showed it.");
        }

        if (Endpoint is null || !Endpoint.IsAbsoluteUri || Endpoint.Query.Length > 0 || Endpoint.UserInfo.Length > 0
            || !(Endpoint.Scheme == Uri.UriSchemeHttps || (Endpoint.Scheme == Uri.UriSchemeHttp && Endpoint.IsLoopback)))
        {
            throw new FormatException(
                $"The endpoint of a Cloudflare queue is '{(Endpoint is { IsAbsoluteUri: true } ? Endpoint.GetLeftPart(UriPartial.Path) : Endpoint)}'; expected an https: URL without user and query, or http: on this machine.");
        }

        RequireRange(RequestTimeout, "timeout", TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        RequireRange(MaxWait, "wait", TimeSpan.Zero, TimeSpan.FromMinutes(5));
        RequireRange(MinPollInterval, "min-poll", TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1));
        RequireRange(MaxPollInterval, "max-poll", MinPollInterval, TimeSpan.FromMinutes(5));
        RequireRange(CloseTimeout, "close", TimeSpan.Zero, TimeSpan.FromMinutes(1));
        if (!Enum.IsDefined(ContentType))
        {
            throw new FormatException($"'{ContentType}' is not a content type of a Cloudflare queue; expected text or json.");
        }

        if (MaxRetries is < 0 or > 100)
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"max-retries of a Cloudflare queue is {MaxRetries}; expected 0 to 100."));
        }
    }

    private static void RequireName(string? value, string what, string expected)
    {
        if (string.IsNullOrEmpty(value) || value.Length > 128 || value.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            throw new FormatException($"'{value}' is not the {what} of a Cloudflare queue; expected {expected}: letters, digits, '-', '_' and '.'.");
        }
    }

    private static void RequireRange(TimeSpan value, string what, TimeSpan min, TimeSpan max)
    {
        if (value < min || value > max)
        {
            throw new FormatException(string.Create(
                CultureInfo.InvariantCulture,
                $"{what} of a Cloudflare queue is {value.TotalSeconds} s; expected {min.TotalSeconds} s to {max.TotalSeconds} s."));
        }
    }

    private static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.");
}
