using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal.Endpoints.StandardLibrary;

namespace Eventide.Queues.Sqs.Client;

/// <summary>Where SQS is: at the endpoint given, else at its region's address in the partition's domain.</summary>
internal sealed class SqsEndpointProvider : IEndpointProvider
{
    public Endpoint ResolveEndpoint(EndpointParameters parameters)
    {
        if (parameters["Endpoint"] is string { Length: > 0 } endpoint)
        {
            return new Endpoint(endpoint);
        }

        if (parameters["Region"] is not string { Length: > 0 } region)
        {
            throw new AmazonClientException(
                "no AWS region: give 'region=' in the queue's URI, SqsQueueOptions.Region, AWS_REGION or a profile with a region");
        }

        var fips = parameters["UseFIPS"] is true;
        var partition = Fn.Partition(region);
        if (parameters["UseDualStack"] is true)
        {
            var suffix = Fn.GetAttr(partition, "dualStackDnsSuffix") as string ?? "api.aws";
            return new Endpoint($"https://{(fips ? "sqs-fips" : "sqs")}.{region}.{suffix}");
        }

        // The United States' government regions serve FIPS at their ordinary address.
        var host = fips && !region.StartsWith("us-gov-", StringComparison.Ordinal) ? "sqs-fips" : "sqs";
        return new Endpoint($"https://{host}.{region}.{Fn.GetAttr(partition, "dnsSuffix") as string ?? "amazonaws.com"}");
    }
}
