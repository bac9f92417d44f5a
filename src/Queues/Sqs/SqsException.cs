using System.Net;

namespace Eventide.Queues.Sqs;

/// <summary>SQS refused a call, or could not be reached. The message says what to do.</summary>
public sealed class SqsException : QueueException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="queue">The queue's name.</param>
    /// <param name="action">The action that was called: <c>ReceiveMessage</c>.</param>
    /// <param name="code">SQS' name of the error: <c>QueueDoesNotExist</c>; empty where it gave none.</param>
    /// <param name="message">What was wrong and what to do.</param>
    /// <param name="isTransient">Whether the same call may succeed later.</param>
    /// <param name="innerException">What caused it.</param>
    public SqsException(string queue, string action, string code, string message, bool isTransient, Exception? innerException = null)
        : base(queue, message, isTransient, innerException)
    {
        Action = action;
        Code = code;
    }

    /// <summary>The action that was called: <c>ReceiveMessage</c>.</summary>
    public string Action { get; }

    /// <summary>SQS' name of the error, without prefixes: <c>QueueDoesNotExist</c>, <c>AccessDenied</c>,
    /// <c>RequestThrottled</c>; empty where it gave none.</summary>
    public string Code { get; }

    /// <summary>The HTTP status, or <see langword="null"/> where there was no answer.</summary>
    public HttpStatusCode? StatusCode { get; init; }

    /// <summary>The request's id, which AWS' support asks for, or <see langword="null"/>.</summary>
    public string? RequestId { get; init; }
}
