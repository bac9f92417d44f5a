using System.Net;
using Amazon.Runtime;

namespace Eventide.Queues.Sqs.Client;

/// <summary>What SQS' errors mean for a caller, and what to do about them. Codes from the SQS API reference ("Common
/// Errors" and each action's errors), in the JSON protocol's spelling and the older query protocol's.</summary>
internal static class SqsErrors
{
    private enum Class
    {
        Permanent,
        Transient,
        LeaseLost,
    }

    public static Exception Translate(Exception exception, string queue, string action) => exception switch
    {
        SqsException or OperationCanceledException => exception,
        AmazonServiceException service when (int)service.StatusCode != 0 => FromService(service, queue, action),
        AmazonServiceException { InnerException: { } inner } => Unreachable(inner, queue, action),
        AmazonClientException client => FromClient(client, queue, action),
        _ => Unreachable(exception, queue, action),
    };

    /// <summary>Sorts the failure of one entry of a batch.</summary>
    public static SettleFailureKind Kind(string code, string message, bool senderFault) => Sort(Bare(code), message, senderFault) switch
    {
        Class.LeaseLost => SettleFailureKind.LeaseLost,
        Class.Transient => SettleFailureKind.Transient,
        _ => SettleFailureKind.Permanent,
    };

    /// <summary>Whether sending an entry of a batch again can help.</summary>
    public static bool IsTransient(string code, string message, bool senderFault) => Sort(Bare(code), message, senderFault) == Class.Transient;

    /// <summary>One line on an entry of a batch that failed.</summary>
    public static string Line(string code, string message)
    {
        var bare = Bare(code);
        var advice = Advice(bare, "");
        return advice.Length == 0 ? $"{bare}: {message}" : $"{bare}: {message}; {advice}";
    }

    private static SqsException FromService(AmazonServiceException e, string queue, string action)
    {
        var code = Bare(e.ErrorCode ?? "");
        var transient = (int)e.StatusCode >= 500
            || e.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout
            || Sort(code, e.Message, senderFault: true) == Class.Transient;
        var advice = Advice(code, action);
        var text = $"{action} failed with {(code.Length == 0 ? "HTTP" : code)} ({(int)e.StatusCode}): {e.Message.TrimEnd('.')}";
        return new SqsException(queue, action, code, advice.Length == 0 ? text : $"{text}; {advice}", transient, e)
        {
            StatusCode = e.StatusCode,
            RequestId = e.RequestId,
        };
    }

    private static SqsException FromClient(AmazonClientException e, string queue, string action)
    {
        if (e.InnerException is HttpRequestException or IOException)
        {
            return Unreachable(e.InnerException, queue, action);
        }

        var credentials = e.Message.Contains("credential", StringComparison.OrdinalIgnoreCase)
            || e.Message.Contains("identity", StringComparison.OrdinalIgnoreCase)
            || e.Message.Contains("IMDS", StringComparison.OrdinalIgnoreCase);
        if (e.Message.Contains("RegionEndpoint", StringComparison.Ordinal))
        {
            return new SqsException(
                queue, action, "NoRegion",
                "no AWS region is set; name one in the URI ('region=eu-west-1', or the queue's URL, which holds it), or set AWS_REGION or a profile that has one",
                false, e);
        }

        return credentials
            ? new SqsException(
                queue, action, "NoCredentials",
                $"{action} found no AWS credentials ({e.Message.TrimEnd('.')}); set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile "
                + "('profile=' in the URI or AWS_PROFILE), or run where a role is attached",
                false, e)
            : new SqsException(queue, action, "Client", $"{action} could not be sent: {e.Message}", false, e);
    }

    private static SqsException Unreachable(Exception e, string queue, string action)
    {
        var root = e;
        while (root.InnerException is { } inner && root is not System.Net.Sockets.SocketException)
        {
            root = inner;
        }

        return new SqsException(
            queue, action, "Unreachable",
            $"{action} got no answer ({(e is HttpRequestException { HttpRequestError: HttpRequestError.Unknown } ? e.Message : root.Message)}); "
            + "check the endpoint, the region and the network",
            true, e);
    }

    private static Class Sort(string code, string message, bool senderFault) => code switch
    {
        "ReceiptHandleIsInvalid" or "MessageNotInflight" => Class.LeaseLost,
        "InvalidParameterValue" or "InvalidParameterValueException" when message.Contains("expired", StringComparison.OrdinalIgnoreCase)
            || message.Contains("does not exist or is not available", StringComparison.OrdinalIgnoreCase) => Class.LeaseLost,
        "RequestThrottled" or "Throttling" or "ThrottlingException" or "ThrottledException" or "TooManyRequestsException"
            or "RequestLimitExceeded" or "BandwidthLimitExceeded" or "SlowDown" or "KmsThrottled" or "KMS.ThrottlingException" => Class.Transient,
        "InternalError" or "InternalFailure" or "ServiceUnavailable" or "ServiceUnavailableException" or "RequestTimeout" => Class.Transient,
        "OverLimit" or "PurgeQueueInProgress" or "QueueDeletedRecently" => Class.Transient,
        "ExpiredToken" or "ExpiredTokenException" or "RequestExpired" or "RequestTimeTooSkewed" => Class.Transient,
        _ => senderFault ? Class.Permanent : Class.Transient,
    };

    private static string Advice(string code, string action) => code switch
    {
        "QueueDoesNotExist" or "NonExistentQueue" =>
            "check the name, the region and the account, or create it (eventide queue create)",
        "AccessDenied" or "AccessDeniedException" =>
            $"give the role {(action.Length == 0 ? "the permission" : Permission(action))} on the queue, in its policy or the queue's",
        "InvalidClientTokenId" or "UnrecognizedClientException" or "InvalidAccessKeyId" or "MissingAuthenticationToken" =>
            "the access key is unknown here: check AWS_ACCESS_KEY_ID, the profile and the account",
        "SignatureDoesNotMatch" or "InvalidSignatureException" => "check the secret key, the region and this machine's clock",
        "ExpiredToken" or "ExpiredTokenException" => "the session's credentials have expired: renew them (they are read again at the next call)",
        "RequestExpired" or "RequestTimeTooSkewed" => "check this machine's clock",
        "RequestThrottled" or "Throttling" or "ThrottlingException" or "ThrottledException" =>
            "send less often; a FIFO queue takes more in high-throughput mode",
        "OverLimit" => "too many messages are in flight (120,000 at most): settle some, or release them",
        "PurgeQueueInProgress" => "a queue can be purged once in 60 s: wait",
        "QueueDeletedRecently" => "a queue's name is free again 60 s after its deletion: wait",
        "ReceiptHandleIsInvalid" or "MessageNotInflight" => "its lease has run out, or it is gone",
        "InvalidMessageContents" => "the server takes fewer characters than SQS documents: set SqsQueueOptions.BodyEncoding, or 'encoding=' in the URI",
        "BatchRequestTooLong" => "a batch holds 1 MiB at most",
        "UnsupportedOperation" => "this kind of queue cannot do that",
        _ when code.StartsWith("Kms", StringComparison.OrdinalIgnoreCase) => "check the queue's KMS key and the role's permission on it",
        _ => "",
    };

    private static string Permission(string action) => "sqs:" + action switch
    {
        "DeleteMessageBatch" => "DeleteMessage",
        "ChangeMessageVisibilityBatch" => "ChangeMessageVisibility",
        "SendMessageBatch" => "SendMessage",
        _ => action,
    };

    private static string Bare(string code)
    {
        const string Prefix = "AWS.SimpleQueueService.";
        code = code.StartsWith(Prefix, StringComparison.Ordinal) ? code[Prefix.Length..] : code;
        return code[(code.LastIndexOf('#') + 1)..];
    }
}
