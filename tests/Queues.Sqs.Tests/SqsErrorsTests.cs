using Amazon.Runtime;
using Eventide.Queues.Sqs.Client;

namespace Eventide.Queues.Sqs.Tests;

public sealed class SqsErrorsTests
{
    [Theory]
    [InlineData("No RegionEndpoint or ServiceURL configured", "NoRegion", "AWS_REGION")]
    [InlineData("Unable to get IAM security credentials", "NoCredentials", "AWS_ACCESS_KEY_ID")]
    [InlineData("Something else", "Client", "Something else")]
    public void What_the_sdk_lacks_is_told_with_what_to_do(string message, string code, string advice)
    {
        var error = Assert.IsType<SqsException>(SqsErrors.Translate(new AmazonClientException(message), "orders", "open"));

        Assert.Equal((code, false), (error.Code, error.IsTransient));
        Assert.Contains(advice, error.Message, StringComparison.Ordinal);
    }
}
