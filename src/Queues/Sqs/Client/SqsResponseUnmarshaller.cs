using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;

namespace Eventide.Queues.Sqs.Client;

/// <summary>Takes answers and errors out of HTTP by the AWS JSON protocol 1.0.</summary>
internal sealed class SqsResponseUnmarshaller : ResponseUnmarshaller
{
    public static readonly SqsResponseUnmarshaller Instance = new();

    public override AmazonWebServiceResponse Unmarshall(UnmarshallerContext context) =>
        new SqsResponse { Json = ((SqsResponseContext)context).ReadBody() };

    public override AmazonServiceException UnmarshallException(UnmarshallerContext context, Exception innerException, HttpStatusCode statusCode)
    {
        var body = ((SqsResponseContext)context).ReadBody();
        var (code, message) = ReadError(body);
        code ??= QueryCode(context.ResponseData.GetHeaderValue("x-amzn-query-error")) ?? "";
        message ??= body.Length == 0 ? "no explanation" : System.Text.Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, 200)));

        // The SDK's retry policies read the code (throttling, clock skew) and the inner exception (the server's Date).
        return new AmazonServiceException(
            message,
            innerException,
            (int)statusCode < 500 ? ErrorType.Sender : ErrorType.Receiver,
            code,
            context.ResponseData.GetHeaderValue("x-amzn-RequestId"),
            statusCode);
    }

    protected override UnmarshallerContext ConstructUnmarshallerContext(
        Stream responseStream, bool maintainResponseBody, IWebResponseData response, bool isException) =>
        new SqsResponseContext(responseStream, response);

    protected override UnmarshallerContext ConstructUnmarshallerContext(
        Stream responseStream, bool maintainResponseBody, IWebResponseData response, bool isException, IRequestContext requestContext) =>
        new SqsResponseContext(responseStream, response);

    private static (string? Code, string? Message) ReadError(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return default;
            }

            string? code = null, message = null;
            foreach (var member in document.RootElement.EnumerateObject().Where(m => m.Value.ValueKind == JsonValueKind.String))
            {
                if (member.NameEquals("__type") || (code is null && member.NameEquals("code")))
                {
                    var text = member.Value.GetString()!;
                    text = text[(text.LastIndexOf('#') + 1)..];
                    code = text.Split(':')[0];
                }
                else if (string.Equals(member.Name, "message", StringComparison.OrdinalIgnoreCase))
                {
                    message = member.Value.GetString();
                }
            }

            return (code, message);
        }
        catch (JsonException)
        {
            // A proxy's page, or a body cut short: the status tells the rest.
            return default;
        }
    }

    private static string? QueryCode(string? header)
    {
        if (string.IsNullOrEmpty(header))
        {
            return null;
        }

        var code = header.Split(';')[0];
        return code[(code.LastIndexOf('.') + 1)..];
    }
}
