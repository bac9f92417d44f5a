using Eventide.Queues.Sqs;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Amazon SQS to a host.</summary>
public static class SqsServiceCollectionExtensions
{
    /// <summary>Lets <c>https://sqs.&lt;region&gt;.amazonaws.com/…</c> and <c>sqs:</c> URIs name queues. Adding it twice does no harm.</summary>
    /// <param name="services">The services.</param>
    /// <param name="options">What holds for every SQS queue, under what a URI says; <see langword="null"/> for the defaults.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddSqsQueues(this IServiceCollection services, SqsQueueOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<Eventide.IQueueProvider, SqsQueueProvider>(
            provider => new SqsQueueProvider(options, provider.GetService<ILoggerFactory>(), provider.GetService<TimeProvider>())));
        return services;
    }
}
