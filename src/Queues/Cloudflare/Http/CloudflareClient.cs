using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Eventide.Queues.Cloudflare.Http;

/// <summary>Calls the API: one request, one answer, errors made into <see cref="CloudflareQueueException"/>. It repeats nothing.</summary>
internal sealed class CloudflareClient : IDisposable
{
    // 100 messages of 128 KB in base64 are 17 MB; escaped text can take more.
    private const int LongestAnswer = 128 * 1024 * 1024;

    private static readonly JsonDocumentOptions AnswerOptions = new() { MaxDepth = Message.MaxBodyDepth * 2 };
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http;
    private readonly CloudflareQueueOptions _options;
    private readonly AuthenticationHeaderValue _authorization;
    private readonly TimeProvider _time;
    private readonly string _account;

    public CloudflareClient(HttpMessageHandler handler, CloudflareQueueOptions options, string token, TimeProvider time)
    {
        // The time-out is a token of the TimeProvider's; the handler is shared and outlives this client.
        _http = new HttpClient(handler, disposeHandler: false)
        {
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = LongestAnswer,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        _options = options;
        _authorization = new AuthenticationHeaderValue("Bearer", token);
        _time = time;
        Gate = new RateGate(time);
        _account = $"{options.Endpoint.AbsoluteUri.TrimEnd('/')}/accounts/{Uri.EscapeDataString(options.AccountId)}/queues";
    }

    /// <summary>Closed for as long as the server asked to be left alone.</summary>
    public RateGate Gate { get; }

    /// <summary>Sends one request and reads its answer, which the caller disposes.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path below <c>/accounts/{account}/queues</c>, escaped, with its leading slash; or empty.</param>
    /// <param name="body">The JSON to send, or <see langword="null"/>.</param>
    /// <param name="what">What is being done, for messages: "pulling messages".</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<JsonDocument> CallAsync(HttpMethod method, string path, ReadOnlyMemory<byte>? body, string what, CancellationToken cancellationToken)
    {
        await PassGateAsync(what, cancellationToken);
        using var request = new HttpRequestMessage(method, _account + path);
        request.Headers.Authorization = _authorization;
        if (body is { } json)
        {
            request.Content = new ReadOnlyMemoryContent(json) { Headers = { ContentType = Json } };
        }

        using var timeout = new CancellationTokenSource(_options.RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, either.Token);
            var bytes = await response.Content.ReadAsByteArrayAsync(either.Token);
            return Read(response, bytes, what);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed(
                string.Create(CultureInfo.InvariantCulture, $"{what} got no answer from {_options.Endpoint.Host} within {_options.RequestTimeout.TotalSeconds} s."),
                exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw Failed($"{what} did not reach {_options.Endpoint.Host}, or its answer broke off: {exception.Message}", exception);
        }
    }

    public void Dispose() => _http.Dispose();

    private CloudflareQueueException Failed(string problem, Exception exception) =>
        new(_options.Queue, problem, "Check the network and the endpoint.", isTransient: true, innerException: exception);

    private async Task PassGateAsync(string what, CancellationToken cancellationToken)
    {
        var closed = Gate.Remaining;
        if (closed > _options.RequestTimeout)
        {
            throw new CloudflareQueueException(
                _options.Queue,
                string.Create(CultureInfo.InvariantCulture, $"{what} is held back: the server asked to be left alone for another {closed.TotalSeconds:0} s."),
                "Fewer workers or larger batches need fewer requests.",
                isTransient: true,
                retryAfter: closed);
        }

        if (closed > TimeSpan.Zero)
        {
            await Task.Delay(closed, _time, cancellationToken);
        }
    }

    private JsonDocument Read(HttpResponseMessage response, byte[] bytes, string what)
    {
        JsonDocument? answer = null;
        try
        {
            answer = JsonDocument.Parse(bytes, AnswerOptions);
        }
        catch (JsonException exception) when (response.IsSuccessStatusCode)
        {
            throw new CloudflareQueueException(
                _options.Queue,
                $"{what} was answered with something that is not JSON: '{Shorten(bytes)}'.",
                "Check the endpoint, and any proxy on the way.",
                isTransient: true,
                response.StatusCode,
                innerException: exception);
        }
        catch (JsonException)
        {
            // Gateways answer errors with HTML; the status says enough.
        }

        if (answer is not null && response.IsSuccessStatusCode && IsSuccess(answer.RootElement))
        {
            return answer;
        }

        using (answer)
        {
            throw Refusal(response, answer?.RootElement, bytes, what);
        }
    }

    private CloudflareQueueException Refusal(HttpResponseMessage response, JsonElement? answer, byte[] bytes, string what)
    {
        var (code, said) = FirstError(answer);
        var status = (int)response.StatusCode;
        var error = ApiError.Of(code, response.StatusCode);
        var retryAfter = RetryAfter(response);
        if (retryAfter is { } period)
        {
            Gate.CloseFor(period);
        }
        else if (response.StatusCode == HttpStatusCode.TooManyRequests)
        {
            Gate.CloseFor(TimeSpan.FromSeconds(1));
        }

        return new CloudflareQueueException(
            _options.Queue,
            string.Create(
                CultureInfo.InvariantCulture,
                $"{what} failed with HTTP {status}{(code is { } c ? $", code {c}" : "")} ({error.Meaning}): '{said ?? Shorten(bytes)}'."),
            error.Advice,
            error.IsTransient,
            response.StatusCode,
            code,
            retryAfter);
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var header = response.Headers.RetryAfter;
        var period = header?.Delta ?? (header?.Date is { } date ? date - _time.GetUtcNow() : null);
        return period > TimeSpan.Zero ? period : null;
    }

    private static bool IsSuccess(JsonElement answer) =>
        answer.ValueKind == JsonValueKind.Object
        && (!answer.TryGetProperty("success", out var success) || success.ValueKind != JsonValueKind.False);

    private static (int? Code, string? Message) FirstError(JsonElement? answer)
    {
        if (answer is not { ValueKind: JsonValueKind.Object } root
            || !root.TryGetProperty("errors", out var errors)
            || errors.ValueKind != JsonValueKind.Array
            || errors.GetArrayLength() == 0
            || errors[0].ValueKind != JsonValueKind.Object)
        {
            return (null, null);
        }

        var first = errors[0];
        int? code = first.TryGetProperty("code", out var number) && number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var value) ? value : null;
        var said = first.TryGetProperty("message", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
        return (code, said is null ? null : OneLine(said));
    }

    private static string Shorten(byte[] bytes) => OneLine(Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, 200))));

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
