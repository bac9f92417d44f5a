using System.Net;
using Amazon.Runtime;

namespace Eventide.Queues.Sqs.Client;

/// <summary>The HTTP below the SDK: connections shared by all queues of the process, a time limit a try, and answers read
/// whole without blocking a thread (the SDK reads them synchronously).</summary>
internal sealed class SqsTransport(TimeSpan requestTimeout, TimeSpan longestPoll) : HttpClientFactory
{
    // Five minutes, so that a change of the service's addresses is seen while connections are still reused.
    private static readonly SocketsHttpHandler Connections = new()
    {
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        ConnectTimeout = TimeSpan.FromSeconds(5),
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
    };

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
        new(new WholeAnswers(Connections, requestTimeout, longestPoll), disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    private sealed class WholeAnswers(HttpMessageHandler inner, TimeSpan requestTimeout, TimeSpan longestPoll) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var limit = requestTimeout;
            if (request.Headers.TryGetValues("X-Amz-Target", out var target) && target.FirstOrDefault() == "AmazonSQS.ReceiveMessage")
            {
                limit += longestPoll;
            }

            using var timed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timed.CancelAfter(limit);
            HttpResponseMessage? response = null;
            try
            {
                response = await base.SendAsync(request, timed.Token);
                await response.Content.LoadIntoBufferAsync(timed.Token);
                return response;
            }
            catch (Exception e)
            {
                response?.Dispose();
                if (e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                {
                    // As an I/O failure, so that the SDK's retry policy tries again.
                    throw new HttpRequestException(
                        HttpRequestError.Unknown,
                        $"no answer within {limit.TotalSeconds:0.#} s",
                        new IOException("The request timed out.", e));
                }

                throw;
            }
        }
    }
}
