namespace Eventide.Queues.Sqs.Messages;

/// <summary>The attributes that carry what SQS' own form of a message cannot.</summary>
internal static class SqsAttributeNames
{
    /// <summary>How the body is encoded: <see cref="Base64"/>, or <see cref="Empty"/>.</summary>
    public const string Encoding = "eventide-encoding";

    /// <summary>One JSON object of the attributes that SQS does not take as such: the eleventh and more, empty values, odd names.</summary>
    public const string Overflow = "eventide-attributes";

    /// <summary>SQS' system attribute for X-Ray.</summary>
    public const string TraceHeader = "AWSTraceHeader";

    /// <summary>The message group id of a standard queue.</summary>
    public const string GroupId = "MessageGroupId";

    public const string Base64 = "base64";

    public const string Empty = "empty";

    /// <summary>SQS' limit of attributes a message.</summary>
    public const int Most = 10;
}
