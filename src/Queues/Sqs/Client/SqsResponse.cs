using Amazon.Runtime;

namespace Eventide.Queues.Sqs.Client;

/// <summary>One answer: its JSON, not yet read.</summary>
internal sealed class SqsResponse : AmazonWebServiceResponse
{
    /// <summary>The body of the answer; empty where the action answers nothing.</summary>
    public byte[] Json { get; init; } = [];
}
