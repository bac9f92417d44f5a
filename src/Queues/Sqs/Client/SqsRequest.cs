using Amazon.Runtime;

namespace Eventide.Queues.Sqs.Client;

/// <summary>One call: the action's name and its JSON, already written.</summary>
internal sealed class SqsRequest(string action, byte[] json) : AmazonWebServiceRequest
{
    /// <summary>The action, as in <c>X-Amz-Target: AmazonSQS.&lt;action&gt;</c>.</summary>
    public string Action => action;

    /// <summary>The body of the request.</summary>
    public byte[] Json => json;
}
