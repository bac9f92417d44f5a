using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;

namespace Eventide.Queues.Sqs.Client;

/// <summary>What the SDK's runtime must know of the service.</summary>
internal sealed class SqsClientConfig : ClientConfig
{
    public SqsClientConfig()
        : base(new DefaultConfigurationProvider([new DefaultConfiguration { Name = DefaultConfigurationMode.Standard, RetryMode = RequestRetryMode.Standard }]))
    {
        ServiceId = "SQS";
        AuthenticationServiceName = "sqs";
        EndpointProvider = new SqsEndpointProvider();
    }

    public override string RegionEndpointServiceName => "sqs";

    public override string ServiceVersion => "2012-11-05";

    public override string UserAgent { get; } =
        $"eventide/{typeof(SqsClientConfig).Assembly.GetName().Version?.ToString(3)} dotnet/{Environment.Version}";

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        EndpointProvider.ResolveEndpoint(SqsEndpointResolver.Parameters(this, parameters?.AlternateEndpoint));
}
