using Eventide.Queues.Cloudflare;
using Microsoft.Extensions.DependencyInjection;

namespace Eventide.Cli;

/// <summary>The kinds of queue that the command can open: the one place where a provider is added to it. <c>memory:</c> and
/// <c>file:</c> come with the engine.</summary>
internal static class Providers
{
    /// <summary>Adds them to a worker.</summary>
    public static void AddTo(EventideBuilder eventide)
    {
        eventide.Services.AddRedisStreams();
        eventide.Services.AddCloudflareQueues();
        eventide.Services.AddSqsQueues();
    }
}
