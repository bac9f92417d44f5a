using Eventide.Queues.Cloudflare.Tests.Stub;
using Microsoft.Extensions.DependencyInjection;

namespace Eventide.Queues.Cloudflare.Tests;

public sealed class OptionsTests
{
    private const string Start = "cloudflare://account/orders?token=t&";

    [Theory]
    [InlineData("cloudflare://account/orders?token=t&colour=blue", "colour")]
    [InlineData("cloudflare://account?token=t", "queue")]
    [InlineData("cloudflare:orders?token=t", "account id")]
    [InlineData("cloudflare://account/a/b?token=t", "queue")]
    [InlineData("cloudflare://user:pw@account/orders", "user")]
    [InlineData("cloudflare://account:99/orders", "port")]
    [InlineData(Start + "wait=soon", "wait=soon")]
    [InlineData(Start + "wait=301s", "wait")]
    [InlineData(Start + "wait=-1s", "wait")]
    [InlineData(Start + "timeout=100ms", "timeout")]
    [InlineData(Start + "min-poll=1ms", "min-poll")]
    [InlineData(Start + "min-poll=2s&max-poll=1s", "max-poll")]
    [InlineData(Start + "close=2m", "close")]
    [InlineData(Start + "max-retries=101", "max-retries")]
    [InlineData(Start + "max-retries=many", "max-retries")]
    [InlineData(Start + "content=v8", "content")]
    [InlineData(Start + "endpoint=nowhere", "endpoint")]
    [InlineData(Start + "endpoint=http://example.com/client/v4", "endpoint")]
    [InlineData(Start + "endpoint=ftp://127.0.0.1/", "endpoint")]
    [InlineData(Start + "dead-letter-queue=a%20b", "dead-letter-queue")]
    [InlineData("cloudflare://account/orders?token=a%20b", "token")]
    [InlineData("cloudflare://account/orders?token=", "token")]
    public async Task What_is_wrong_in_a_uri_is_named(string uri, string named)
    {
        using var provider = new CloudflareQueueProvider();
        var error = await Assert.ThrowsAsync<FormatException>(() => provider.OpenAdminAsync(QueueUri.Parse(uri), default).AsTask());
        Assert.Contains(named, error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("a b", error.Message.Replace("a b'", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wait=500ms&timeout=5m&min-poll=0.5s&max-poll=1m&close=0&content=JSON&max-retries=0&dead-letter-queue=d&endpoint=https://api.example.com/v4/")]
    [InlineData("endpoint=http://localhost:8787/client/v4")]
    [InlineData("endpoint=http://[::1]:8787")]
    public async Task What_is_right_is_taken(string options)
    {
        using var provider = new CloudflareQueueProvider();
        await using var admin = await provider.OpenAdminAsync(QueueUri.Parse(Start + options), default);
        Assert.NotNull(admin);
    }

    [Fact]
    public async Task Limits_follow_the_documents_and_the_options()
    {
        await using var f = await Fixture.StartAsync();
        var limits = (await f.ReceiverAsync("&wait=90s")).Limits;
        Assert.Equal(TimeSpan.FromSeconds(90), limits.MaxWait);
        Assert.Equal(100, limits.MaxReceiveBatch);
        Assert.Equal(100, limits.MaxSendBatch);
        Assert.Equal(TimeSpan.FromHours(24), limits.MaxSendDelay);
        Assert.Equal(TimeSpan.FromHours(12), limits.MaxLease);
        Assert.Equal(QueueOrdering.None, limits.Ordering);
        Assert.False(limits.CanExtend);
        Assert.False(limits.Deduplicates);
    }

    [Fact]
    public async Task A_uri_goes_before_the_settings_in_code_and_they_before_the_defaults()
    {
        await using var f = await Fixture.StartAsync();
        using var provider = new CloudflareQueueProvider(defaults: new CloudflareQueueOptions
        {
            AccountId = StubCloudflare.Account,
            ApiToken = StubCloudflare.Token,
            Endpoint = new Uri(f.Stub.Endpoint),
            MaxWait = TimeSpan.FromSeconds(3),
        });
        await using var plain = await provider.OpenReceiverAsync(QueueUri.Parse("cloudflare:orders"), default);
        Assert.Equal(TimeSpan.FromSeconds(3), plain.Limits.MaxWait);
        await using var own = await provider.OpenReceiverAsync(QueueUri.Parse("cloudflare:orders?wait=4s"), default);
        Assert.Equal(TimeSpan.FromSeconds(4), own.Limits.MaxWait);
    }

    [Fact]
    public async Task The_token_comes_from_the_environment_where_nothing_else_gives_it()
    {
        await using var f = await Fixture.StartAsync();
        var uri = QueueUri.Parse($"cloudflare://{StubCloudflare.Account}/orders?endpoint={Uri.EscapeDataString(f.Stub.Endpoint)}");
        Environment.SetEnvironmentVariable(CloudflareQueueOptions.TokenVariable, null);
        var error = await Assert.ThrowsAsync<CloudflareQueueException>(() => f.Provider.OpenReceiverAsync(uri, default).AsTask());
        Assert.False(error.IsTransient);
        Assert.Contains(CloudflareQueueOptions.TokenVariable, error.Message, StringComparison.Ordinal);

        Environment.SetEnvironmentVariable(CloudflareQueueOptions.TokenVariable, StubCloudflare.Token + "\n");
        await using var receiver = await f.Provider.OpenReceiverAsync(uri, default);
        Assert.Equal("orders", receiver.Name);
        Environment.SetEnvironmentVariable(CloudflareQueueOptions.TokenVariable, null);
    }

    [Fact]
    public void The_provider_is_registered_and_takes_its_scheme_only()
    {
        using var services = new ServiceCollection().AddCloudflareQueues(o => o.MaxWait = TimeSpan.FromSeconds(1)).BuildServiceProvider();
        var provider = Assert.Single(services.GetServices<IQueueProvider>());
        Assert.True(provider.Handles(QueueUri.Parse("cloudflare://a/b")));
        Assert.False(provider.Handles(QueueUri.Parse("memory:b")));
        Assert.Contains("cloudflare://", provider.UriForm, StringComparison.Ordinal);
    }
}
