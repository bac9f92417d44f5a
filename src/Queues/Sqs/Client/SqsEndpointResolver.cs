using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;

namespace Eventide.Queues.Sqs.Client;

/// <summary>The pipeline's step that finds where a call goes.</summary>
internal sealed class SqsEndpointResolver : BaseEndpointResolver
{
    public static EndpointParameters Parameters(IClientConfig config, RegionEndpoint? alternate)
    {
        var parameters = new EndpointParameters();
        parameters["Endpoint"] = config.ServiceURL;
        parameters["Region"] = alternate?.SystemName ?? config.RegionEndpoint?.SystemName ?? config.AuthenticationRegion;
        parameters["UseFIPS"] = config.UseFIPSEndpoint;
        parameters["UseDualStack"] = config.UseDualstackEndpoint;
        return parameters;
    }

    protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext) =>
        Parameters(requestContext.ClientConfig, requestContext.Request.AlternateEndpoint);
}
