using System.Globalization;
using System.Net;

namespace Eventide.Queues.Cloudflare.Http;

/// <summary>Finds a queue by its name or id: the API addresses queues by id only.</summary>
internal static class QueueDirectory
{
    private const int PageSize = 100;

    public static bool IsId(string queue) => queue.Length == 32 && queue.All(char.IsAsciiHexDigit);

    public static string Path(string queueId) => "/" + Uri.EscapeDataString(queueId);

    /// <summary>The queue.</summary>
    /// <exception cref="CloudflareQueueException">There is no such queue, or the API could not be asked.</exception>
    public static async Task<QueueInfo> GetAsync(CloudflareClient client, string queue, CancellationToken cancellationToken) =>
        await FindAsync(client, queue, cancellationToken) ?? throw NotFound(queue);

    /// <summary>The queue, or <see langword="null"/> where there is none.</summary>
    public static async Task<QueueInfo?> FindAsync(CloudflareClient client, string queue, CancellationToken cancellationToken)
    {
        if (IsId(queue))
        {
            try
            {
                using var answer = await client.CallAsync(HttpMethod.Get, Path(queue), null, "looking up the queue", cancellationToken);
                if (answer.RootElement.Member("result") is { } result && QueueInfo.Read(result) is { } info)
                {
                    return info;
                }
            }
            catch (CloudflareQueueException exception) when (exception.Code == ApiError.QueueNotFound || exception is { Code: null, StatusCode: HttpStatusCode.NotFound })
            {
                // Thirty-two hexadecimal digits can be a name too.
            }
        }

        return await FindByNameAsync(client, queue, cancellationToken);
    }

    private static async Task<QueueInfo?> FindByNameAsync(CloudflareClient client, string name, CancellationToken cancellationToken)
    {
        // 10,000 queues is the limit of an account.
        for (var page = 1; page <= 100; page++)
        {
            var query = string.Create(CultureInfo.InvariantCulture, $"?page={page}&per_page={PageSize}");
            using var answer = await client.CallAsync(HttpMethod.Get, query, null, "looking up the queue", cancellationToken);
            if (answer.RootElement.Member("result") is not { ValueKind: System.Text.Json.JsonValueKind.Array } queues)
            {
                return null;
            }

            foreach (var queue in queues.EnumerateArray())
            {
                if (QueueInfo.Read(queue) is { } info && info.Name == name)
                {
                    return info;
                }
            }

            if (answer.RootElement.Member("result_info")?.Number("total_pages") is not { } pages || page >= pages)
            {
                return null;
            }
        }

        return null;
    }

    private static CloudflareQueueException NotFound(string queue)
    {
        var error = ApiError.Of(ApiError.QueueNotFound, HttpStatusCode.NotFound);
        return new CloudflareQueueException(
            queue, $"the account has no queue of this name or id ({error.Meaning}).", error.Advice, isTransient: false, HttpStatusCode.NotFound, ApiError.QueueNotFound);
    }
}
