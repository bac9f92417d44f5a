using System.Text.Json;
using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace Eventide.Queues.Sqs.Client;

/// <summary>Calls SQS over the runtime of AWSSDK.Core: its credential chain, region, signing, retries and clock correction.</summary>
internal sealed class SqsClient : AmazonServiceClient
{
    private readonly string _queue;

    /// <param name="config">How to call.</param>
    /// <param name="credentials">With what to sign; <see langword="null"/> means the SDK's chain.</param>
    /// <param name="queue">The queue's name, for exceptions.</param>
    private SqsClient(SqsClientConfig config, AWSCredentials? credentials, string queue)
        : base(credentials!, config) => _queue = queue;

    private SqsClient(SqsClientConfig config, string queue)
        : base(config) => _queue = queue;

    protected override IServiceMetadata ServiceMetadata => SqsServiceMetadata.Instance;

    public static SqsClient Create(SqsAddress address, SqsQueueOptions options)
    {
        var config = new SqsClientConfig
        {
            RetryMode = options.RetryMode,
            MaxErrorRetry = options.MaxRetries,
            HttpClientFactory = new SqsTransport(options.RequestTimeout, options.LongPoll),
            UseFIPSEndpoint = options.UseFips,
            UseDualstackEndpoint = options.UseDualStack,
            DisableRequestCompression = true,
        };
        if (address.Profile is { } profile)
        {
            config.Profile = new Profile(profile);
        }

        if (address.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        if (address.Endpoint is { } endpoint)
        {
            // Setting it unsets the region, so the region to sign for goes beside it.
            var signingRegion = address.Region ?? config.RegionEndpoint?.SystemName ?? "us-east-1";
            config.ServiceURL = endpoint.GetLeftPart(UriPartial.Authority);
            config.AuthenticationRegion = signingRegion;
        }

        var credentials = options.Credentials ?? (address.IsEmulator && address.Profile is null ? EmulatorCredentials() : null);
        try
        {
            return credentials is null ? new SqsClient(config, address.Name) : new SqsClient(config, credentials, address.Name);
        }
        catch (AmazonClientException e)
        {
            throw SqsErrors.Translate(e, address.Name, "open");
        }
    }

    /// <summary>Calls an action.</summary>
    /// <returns>The JSON of the answer.</returns>
    /// <exception cref="SqsException">It failed, the SDK's retries included.</exception>
    public async Task<byte[]> CallAsync(string action, byte[] json, CancellationToken cancellationToken)
    {
        try
        {
            var options = new InvokeOptions
            {
                RequestMarshaller = SqsRequestMarshaller.Instance,
                ResponseUnmarshaller = SqsResponseUnmarshaller.Instance,
            };
            var response = await InvokeAsync<SqsResponse>(new SqsRequest(action, json), options, cancellationToken);
            return response.Json;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw SqsErrors.Translate(e, _queue, action);
        }
    }

    /// <summary>Calls an action and reads its answer.</summary>
    /// <exception cref="SqsException">It failed, or the answer is not the JSON it should be.</exception>
    public async Task<T> CallAsync<T>(string action, byte[] json, Func<byte[], T> read, CancellationToken cancellationToken)
    {
        var answer = await CallAsync(action, json, cancellationToken);
        try
        {
            return read(answer);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new SqsException(
                _queue, action, "MalformedResponse",
                $"the answer to {action} is not the JSON that SQS documents ({e.Message}); check that the endpoint is SQS", true, e);
        }
    }

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Marshaller>(new SqsEndpointResolver());
        pipeline.AddHandlerAfter<SqsEndpointResolver>(new SqsAuthResolver());
    }

    // An emulator on this machine takes any signature; without this the chain would look for an instance's metadata for seconds.
    private static BasicAWSCredentials? EmulatorCredentials() =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID")) ? new BasicAWSCredentials("eventide", "eventide") : null;
}
