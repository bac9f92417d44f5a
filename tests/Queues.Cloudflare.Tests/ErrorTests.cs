using System.Net;
using Eventide.Queues.Cloudflare.Tests.Stub;
using Eventide.Tests;
using Microsoft.AspNetCore.Http;

namespace Eventide.Queues.Cloudflare.Tests;

public sealed class ErrorTests
{
    [Theory]
    [InlineData(10104, 404, false, "Check the account")]
    [InlineData(10105, 400, false, "compatibility date")]
    [InlineData(10106, 401, false, "token")]
    [InlineData(10000, 403, false, "token")]
    [InlineData(10107, 400, false, "32 hexadecimal")]
    [InlineData(10201, 499, true, "network")]
    [InlineData(10202, 400, false, "24 h")]
    [InlineData(10203, 400, false, "content type")]
    [InlineData(10204, 413, false, "128 KB")]
    [InlineData(10205, 413, false, "256 KB")]
    [InlineData(10206, 400, false, "100 messages")]
    [InlineData(10207, 400, false, "report")]
    [InlineData(10208, 400, false, "report")]
    [InlineData(10250, 429, true, "more slowly")]
    [InlineData(10251, 429, true, "Purge")]
    [InlineData(10252, 429, true, "Resume")]
    [InlineData(10253, 429, true, "paid")]
    [InlineData(15000, 500, true, "status page")]
    [InlineData(0, 409, true, "Resume")]
    [InlineData(0, 502, true, "status page")]
    [InlineData(0, 408, true, "unless it goes on")]
    [InlineData(0, 404, false, "endpoint")]
    [InlineData(0, 400, false, "did not like")]
    [InlineData(0, 301, false, "endpoint")]
    public async Task A_documented_error_is_typed_and_says_what_to_do(int code, int status, bool isTransient, string advice)
    {
        await using var f = await Fixture.StartAsync();
        var receiver = await f.ReceiverAsync();
        f.Stub.FailNext("/pull", status, code);
        var error = await Assert.ThrowsAsync<CloudflareQueueException>(() => receiver.ReceiveAsync(Fixture.AtOnce(), default).AsTask());
        Assert.Equal(code, error.Code);
        Assert.Equal((HttpStatusCode)status, error.StatusCode);
        Assert.Equal(isTransient, error.IsTransient);
        Assert.Contains(advice, error.Advice, StringComparison.Ordinal);
        Assert.Contains(error.Advice, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("orders: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(StubCloudflare.Token, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>gateway</html>")]
    [InlineData("{\"success\":true,\"result\":{\"messa")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{\"success\":false}")]
    public async Task An_answer_that_is_not_the_apis_is_worth_another_try(string raw)
    {
        await using var f = await Fixture.StartAsync();
        f.Stub.Put(f.Queue, "m", "text");
        var receiver = await f.ReceiverAsync();
        f.Stub.FailNext("/pull", 200, raw: raw);
        var error = await Assert.ThrowsAsync<CloudflareQueueException>(() => receiver.ReceiveAsync(Fixture.AtOnce(), default).AsTask());
        Assert.True(error.IsTransient);
        Assert.Single((await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages);
    }

    [Fact]
    public async Task A_gateways_html_error_is_told_by_its_status()
    {
        await using var f = await Fixture.StartAsync();
        var receiver = await f.ReceiverAsync();
        f.Stub.FailNext("/pull", 524, raw: "<html>\r\na timeout occurred</html>");
        var error = await Assert.ThrowsAsync<CloudflareQueueException>(() => receiver.ReceiveAsync(Fixture.AtOnce(), default).AsTask());
        Assert.True(error.IsTransient);
        Assert.Contains("a timeout occurred", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public async Task A_connection_cut_in_the_middle_is_transient()
    {
        await using var f = await Fixture.StartAsync();
        var receiver = await f.ReceiverAsync();
        f.Stub.Add(new StubFault("/pull", async context =>
        {
            context.Response.ContentLength = 1_000;
            await context.Response.WriteAsync("{\"success\":");
            await context.Response.Body.FlushAsync();
            context.Abort();
        }));
        var error = await Assert.ThrowsAsync<CloudflareQueueException>(() => receiver.ReceiveAsync(Fixture.AtOnce(), default).AsTask());
        Assert.True(error.IsTransient);
        Assert.Null(error.StatusCode);
        Assert.Empty((await receiver.ReceiveAsync(Fixture.AtOnce(), default)).Messages);
    }

    [Fact]
    public async Task A_slow_body_ends_with_the_time_allowed()
    {
        var time = new FakeTime();
        await using var f = await Fixture.StartAsync(time);
        var receiver = await f.ReceiverAsync("&timeout=5s");
        var gate = new TaskCompletionSource();
        f.Stub.Add(new StubFault("/pull", async context =>
        {
            await context.Response.WriteAsync("{\"success\":");
            await context.Response.Body.FlushAsync();
            await gate.Task;
        }));
        var pulling = receiver.ReceiveAsync(Fixture.AtOnce(), default).AsTask();
        await Eventually.IsTrue(() => f.Stub.Requests("/pull").Count == 1);
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(pulling.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));
        var error = await Assert.ThrowsAsync<CloudflareQueueException>(() => pulling.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.True(error.IsTransient);
        Assert.Contains("5 s", error.Message, StringComparison.Ordinal);
        gate.SetResult();
    }

    [Fact]
    public async Task A_server_out_of_reach_is_transient()
    {
        var f = await Fixture.StartAsync();
        var uri = f.Uri();
        await f.Stub.DisposeAsync();
        using var provider = new CloudflareQueueProvider();
        var error = await Assert.ThrowsAsync<CloudflareQueueException>(() => provider.OpenReceiverAsync(uri, default).AsTask());
        Assert.True(error.IsTransient);
        f.Provider.Dispose();
    }

    [Fact]
    public async Task A_queue_that_is_not_there_is_named()
    {
        await using var f = await Fixture.StartAsync();
        foreach (var name in new[] { "missing", new string('0', 32) })
        {
            var error = await Assert.ThrowsAsync<CloudflareQueueException>(() => f.ReceiverAsync(queue: name));
            Assert.Equal(10104, error.Code);
            Assert.False(error.IsTransient);
            Assert.Equal(name, error.Queue);
        }
    }

    [Fact]
    public async Task A_wrong_token_is_permanent_and_never_shown()
    {
        await using var f = await Fixture.StartAsync();
        var uri = QueueUri.Parse($"cloudflare://{StubCloudflare.Account}/orders?token=wrong-secret&endpoint={Uri.EscapeDataString(f.Stub.Endpoint)}");
        var error = await Assert.ThrowsAsync<CloudflareQueueException>(() => f.Provider.OpenReceiverAsync(uri, default).AsTask());
        Assert.False(error.IsTransient);
        Assert.DoesNotContain("wrong-secret", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", uri.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var f = await Fixture.StartAsync();
        await using var other = await StubCloudflare.StartAsync();
        var receiver = await f.ReceiverAsync();
        f.Stub.Add(new StubFault("/pull", context =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = other.Endpoint;
            return Task.CompletedTask;
        }));
        var error = await Assert.ThrowsAsync<CloudflareQueueException>(() => receiver.ReceiveAsync(Fixture.AtOnce(), default).AsTask());
        Assert.False(error.IsTransient);
        Assert.Empty(other.Requests(""));
    }
}
