using Amazon.Runtime.Internal;

namespace Eventide.Queues.Sqs.Client;

/// <summary>The service's name for the SDK's own telemetry.</summary>
internal sealed class SqsServiceMetadata : IServiceMetadata
{
    public static readonly SqsServiceMetadata Instance = new();

    public string ServiceId => "SQS";

    public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
