using System.Globalization;
using System.Text.Json;
using Eventide.Queues.Sqs.Client;
using Eventide.Queues.Sqs.Messages;
using Eventide.Queues.Sqs.Wire;
using Microsoft.Extensions.Logging;

namespace Eventide.Queues.Sqs;

/// <summary>A queue, opened: where it is, what it is, and how to call it. Shared by the receiver, the sender and the admin side.</summary>
internal sealed class SqsQueue : IAsyncDisposable
{
    /// <summary>What SQS takes for one message, and for one batch, since August 2025.</summary>
    public const long MostBytes = 1_048_576;

    private SqsQueue(SqsClient client, SqsAddress address, SqsQueueOptions options, string url, ILogger logger, TimeProvider time)
    {
        Client = client;
        Address = address;
        Options = options;
        Url = url;
        Logger = logger;
        Time = time;
        IsFifo = address.Name.EndsWith(".fifo", StringComparison.Ordinal);
    }

    public string Name => Address.Name;

    public SqsClient Client { get; }

    public SqsAddress Address { get; }

    public SqsQueueOptions Options { get; }

    public string Url { get; }

    public ILogger Logger { get; }

    public TimeProvider Time { get; }

    public bool IsFifo { get; private set; }

    public bool ContentBasedDeduplication { get; private set; }

    public long MaximumMessageSize { get; private set; } = MostBytes;

    /// <summary>The queue that the redrive policy names, or <see langword="null"/>.</summary>
    public string? DeadLetterArn { get; private set; }

    public QueueLimits Limits => new()
    {
        MaxReceiveBatch = 10 * Options.MaxReceivers,
        MaxSettleBatch = 10,
        MaxSendBatch = 10,
        MaxWait = TimeSpan.FromSeconds(20),
        MaxSendDelay = IsFifo ? TimeSpan.Zero : TimeSpan.FromMinutes(15),
        MaxReleaseDelay = TimeSpan.FromHours(12),
        MinLease = TimeSpan.FromSeconds(1),
        MaxLease = TimeSpan.FromHours(12),
        CanExtend = true,
        CanReleaseUncounted = false,
        Ordering = IsFifo ? QueueOrdering.PerGroup : QueueOrdering.None,
        Deduplicates = IsFifo,
        MaxMessageBytes = MaximumMessageSize,
        MaxBatchBytes = MostBytes,
        MaxAttributes = null,
    };

    /// <summary>Finds a queue and reads what it is.</summary>
    /// <exception cref="SqsException">It cannot be found or asked.</exception>
    public static async Task<SqsQueue> OpenAsync(
        SqsAddress address, SqsQueueOptions options, ILogger logger, TimeProvider time, CancellationToken cancellationToken)
    {
        var client = SqsClient.Create(address, options);
        try
        {
            var url = address.Url ?? await client.CallAsync(
                "GetQueueUrl", SqsRequests.GetQueueUrl(address.Name, address.Account), SqsAnswers.QueueUrl, cancellationToken);
            var queue = new SqsQueue(client, address, options, url, logger, time);
            await queue.ReadAttributesAsync(cancellationToken);
            return queue;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    public Task<byte[]> CallAsync(string action, byte[] json, CancellationToken cancellationToken)
    {
        Count(action);
        return Client.CallAsync(action, json, cancellationToken);
    }

    public Task<T> CallAsync<T>(string action, byte[] json, Func<byte[], T> read, CancellationToken cancellationToken)
    {
        Count(action);
        return Client.CallAsync(action, json, read, cancellationToken);
    }

    public Task<Dictionary<string, string>> GetAttributesAsync(CancellationToken cancellationToken) =>
        CallAsync("GetQueueAttributes", SqsRequests.GetQueueAttributes(Url), SqsAnswers.Attributes, cancellationToken);

    /// <summary>Changes the visibility of messages.</summary>
    /// <returns>The entries that were refused, by their place.</returns>
    public async Task<IReadOnlyList<SettleFailure>> ChangeVisibilityAsync(
        IReadOnlyList<string> handles, IReadOnlyList<int> seconds, CancellationToken cancellationToken)
    {
        var answer = await CallAsync(
            "ChangeMessageVisibilityBatch", SqsRequests.ChangeVisibility(Url, handles, seconds), SqsAnswers.Batch, cancellationToken);
        return Failures(answer, handles.Count, "ChangeMessageVisibilityBatch");
    }

    /// <summary>Deletes messages.</summary>
    /// <returns>The entries that were refused, by their place.</returns>
    public async Task<IReadOnlyList<SettleFailure>> DeleteAsync(IReadOnlyList<string> handles, CancellationToken cancellationToken)
    {
        var answer = await CallAsync("DeleteMessageBatch", SqsRequests.Delete(Url, handles), SqsAnswers.Batch, cancellationToken);
        return Failures(answer, handles.Count, "DeleteMessageBatch");
    }

    public SqsEncoder CreateEncoder()
    {
        var basicPlaneOnly = Options.BodyEncoding == SqsBodyEncoding.BasicPlane
            || (Options.BodyEncoding == SqsBodyEncoding.Auto && !Address.IsAws);
        return new SqsEncoder(Options, IsFifo, ContentBasedDeduplication, MaximumMessageSize, basicPlaneOnly);
    }

    public SqsDecoder CreateDecoder()
    {
        var all = Options.AttributeNames.Count == 0 || Options.AttributeNames.Contains("All") || Options.AttributeNames.Contains(".*");
        return new SqsDecoder(Name, IsFifo, Options.StandardGroupsAreLanes, all);
    }

    /// <summary>The address of another queue of the same region and endpoint.</summary>
    /// <param name="arn">The queue: <c>arn:aws:sqs:region:account:name</c>.</param>
    public SqsAddress Sibling(string arn)
    {
        var parts = arn.Split(':');
        if (parts.Length != 6)
        {
            throw new SqsException(Name, "GetQueueAttributes", "InvalidArn", $"its redrive policy names '{arn}', which is not the ARN of a queue", false);
        }

        // Queues' URLs differ in account and name alone, so that finding this one needs no permission of its own.
        var head = Url[..Url.LastIndexOf('/')];
        return Address with { Name = parts[5], Account = parts[4], Url = $"{head[..head.LastIndexOf('/')]}/{parts[4]}/{parts[5]}" };
    }

    public ValueTask DisposeAsync()
    {
        Client.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Count(string action) => SqsMetrics.Calls.Add(1, new("action", action), new("queue", Name));

    private static List<SettleFailure> Failures(SqsBatchAnswer answer, int count, string action)
    {
        if (answer.Successful.Count == count)
        {
            return [];
        }

        Span<bool> answered = stackalloc bool[count];
        var failures = new List<SettleFailure>();
        foreach (var done in answer.Successful)
        {
            if (Place(done.Id, count) is { } place)
            {
                answered[place] = true;
            }
        }

        foreach (var failed in answer.Failed)
        {
            if (Place(failed.Id, count) is { } place)
            {
                answered[place] = true;
                failures.Add(new SettleFailure(
                    place, SqsErrors.Kind(failed.Code, failed.Message, failed.SenderFault), SqsErrors.Line(failed.Code, failed.Message)));
            }
        }

        for (var i = 0; i < count; i++)
        {
            if (!answered[i])
            {
                failures.Add(new SettleFailure(i, SettleFailureKind.Transient, $"the answer to {action} does not mention this entry"));
            }
        }

        return failures;
    }

    internal static int? Place(string id, int count) =>
        int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place < count ? place : null;

    private async Task ReadAttributesAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, string> attributes;
        try
        {
            attributes = await GetAttributesAsync(cancellationToken);
        }
        catch (SqsException e) when (e.Code is "AccessDenied" or "AccessDeniedException")
        {
            SqsLog.NoAttributes(Logger, e, Name);
            return;
        }

        IsFifo |= attributes.GetValueOrDefault("FifoQueue") == "true";
        ContentBasedDeduplication = attributes.GetValueOrDefault("ContentBasedDeduplication") == "true";
        if (long.TryParse(attributes.GetValueOrDefault("MaximumMessageSize"), NumberStyles.None, CultureInfo.InvariantCulture, out var most) && most > 0)
        {
            MaximumMessageSize = most;
        }

        if (attributes.GetValueOrDefault("RedrivePolicy") is { Length: > 0 } policy)
        {
            ReadRedrivePolicy(policy);
        }
    }

    private void ReadRedrivePolicy(string policy)
    {
        try
        {
            using var document = JsonDocument.Parse(policy);
            DeadLetterArn = document.RootElement.GetProperty("deadLetterTargetArn").GetString();
            if (document.RootElement.TryGetProperty("maxReceiveCount", out var value)
                && int.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                SqsLog.RedrivePolicy(Logger, Name, DeadLetterArn ?? "", count);
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new SqsException(Name, "GetQueueAttributes", "InvalidRedrivePolicy", $"its redrive policy cannot be read: {policy}", false, e);
        }
    }
}
