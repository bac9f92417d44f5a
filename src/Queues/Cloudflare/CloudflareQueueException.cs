using System.Net;

namespace Eventide.Queues.Cloudflare;

/// <summary>Cloudflare refused a request, or could not be asked. <see cref="Code"/> is the documented error code, and
/// <see cref="Advice"/> what to do about it.</summary>
public sealed class CloudflareQueueException : QueueException
{
    internal CloudflareQueueException(
        string queue,
        string problem,
        string advice,
        bool isTransient,
        HttpStatusCode? statusCode = null,
        int? code = null,
        TimeSpan? retryAfter = null,
        Exception? innerException = null)
        : base(queue, $"{problem} {advice}", isTransient, innerException)
    {
        Advice = advice;
        StatusCode = statusCode;
        Code = code;
        RetryAfter = retryAfter;
    }

    /// <summary>The error code that Cloudflare gave, such as 10104 (no such queue); <see langword="null"/> where it gave none.</summary>
    public int? Code { get; }

    /// <summary>The status of the HTTP answer; <see langword="null"/> where there was no answer.</summary>
    public HttpStatusCode? StatusCode { get; }

    /// <summary>How long the server asked to be left alone; <see langword="null"/> where it did not.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>What to do, in one sentence.</summary>
    public string Advice { get; }
}
