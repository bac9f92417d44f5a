using Eventide.Queues;
using Eventide.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace Eventide.Core.Tests.Queues.Example;

public sealed class SpoolRegistrationTests
{
    [Fact]
    public async Task A_registered_provider_opens_its_uris_wherever_one_is_typed()
    {
        var directory = Directory.CreateTempSubdirectory("eventide-spool-");
        try
        {
            var services = new ServiceCollection();
            services.AddEventideCore();
            // [provider-register]
            services.AddSingleton<IQueueProvider, SpoolQueueProvider>();
            // [/provider-register]
            await using var provider = services.BuildServiceProvider();
            var queues = provider.GetRequiredService<QueueConnector>();
            await using var sender = await queues.OpenSenderAsync(QueueUri.Parse($"spool:{directory.FullName}"), TestContext.Current.CancellationToken);

            var sent = await sender.SendAsync([new OutgoingMessage("1")], TestContext.Current.CancellationToken);

            Assert.True(sent[0].IsSent);
            Assert.Single(directory.GetFiles("*.message"));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
