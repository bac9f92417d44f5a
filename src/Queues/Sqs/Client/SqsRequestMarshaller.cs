using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace Eventide.Queues.Sqs.Client;

/// <summary>Puts a call into HTTP by the AWS JSON protocol 1.0: POST to the root, the action in a header.</summary>
internal sealed class SqsRequestMarshaller : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    public static readonly SqsRequestMarshaller Instance = new();

    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var call = (SqsRequest)input;
        var request = new DefaultRequest(call, "Amazon.SQS") { HttpMethod = "POST", ResourcePath = "/", Content = call.Json };
        request.Headers["Content-Type"] = "application/x-amz-json-1.0";
        request.Headers["X-Amz-Target"] = "AmazonSQS." + call.Action;
        request.Headers["x-amzn-query-mode"] = "true";
        return request;
    }
}
