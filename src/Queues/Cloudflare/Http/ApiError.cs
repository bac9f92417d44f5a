using System.Net;

namespace Eventide.Queues.Cloudflare.Http;

/// <summary>What an error of the API means and what to do about it: the documented codes (Queues: Reference, Error codes), then the HTTP status.</summary>
internal readonly record struct ApiError(string Meaning, bool IsTransient, string Advice)
{
    public const int QueueNotFound = 10104;

    private const string CheckToken =
        "Check that the token is valid and carries Queues Read and Queues Write (\"Queues: Edit\") for this account.";

    private const string FileIssue = "This is a fault of the client or a change of the API; please report it.";

    public static ApiError Of(int? code, HttpStatusCode status) => code switch
    {
        QueueNotFound => new("no such queue", false, "Check the account and the queue's name or id, or create the queue."),
        10105 => new("a feature flag is not set", false, "Set the compatibility date of the queue's account or Worker as Cloudflare documents for this code."),
        10106 or 10000 or 9109 => new("not authorised", false, CheckToken),
        10107 => new("the queue's id is malformed", false, "Give the queue's name, or its id of 32 hexadecimal digits."),
        10201 => new("the server saw the client disconnect", true, "Nothing needs to be done unless it goes on: then look at the network."),
        10202 => new("the batch's delay is out of range", false, "A delay is at most 24 h (86,400 s)."),
        10203 => new("a message's content type or delay is invalid", false, "A delay is at most 24 h (86,400 s); the content type is text or json."),
        10204 => new("a message is too large", false, "A message is at most 128 KB, about 100 bytes of metadata included; put a large body elsewhere and send its address."),
        10205 => new("the batch is too large", false, "A batch is at most 256 KB."),
        10206 => new("the batch has too many messages", false, "A batch is at most 100 messages."),
        10207 or 10208 => new("the request's JSON was not understood", false, FileIssue),
        10250 => new("the queue is overloaded", true, "Send more slowly: a queue takes about 5,000 messages a second."),
        10251 => new("the queue is full", true, "Purge the queue, or let its backlog be worked off."),
        10252 => new("the queue is disabled", true, "Resume its delivery in the dashboard or with wrangler."),
        10253 => new("the free tier's limit is reached", true, "Wait for the next day, or move to the paid plan."),
        15000 => new("an internal error of the service", true, "Nothing needs to be done unless it goes on: then look at Cloudflare's status page."),
        _ => OfStatus(status),
    };

    private static ApiError OfStatus(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new("not authorised", false, CheckToken),
        HttpStatusCode.NotFound => new("not found", false, "Check the account, the queue and the endpoint."),
        HttpStatusCode.Conflict => new("a conflict; on a pull: delivery is paused", true, "Resume the queue's delivery in the dashboard or with wrangler."),
        HttpStatusCode.RequestTimeout => new("the server timed out", true, "Nothing needs to be done unless it goes on."),
        HttpStatusCode.TooManyRequests => new("too many requests", true, "Requests are held back for as long as the server asked; fewer workers or larger batches need fewer."),
        >= HttpStatusCode.InternalServerError => new("an error of the service", true, "Nothing needs to be done unless it goes on: then look at Cloudflare's status page."),
        >= HttpStatusCode.BadRequest => new("refused", false, "The message of the server says what it did not like."),

        // A redirect is never followed, since it would carry the token elsewhere; an unsuccessful 200 has no better reading.
        >= HttpStatusCode.MultipleChoices => new("an unexpected redirect", false, "Check the endpoint."),
        _ => new("reported as failed", true, "Nothing needs to be done unless it goes on."),
    };
}
