using Eventide.Queues.Redis.Tests.Server;

namespace Eventide.EndToEnd.Tests.Redis;

/// <summary>The sample's handlers on a real redis-server, fed by redis-cli.</summary>
public sealed class OrdersTests
{
    [Fact]
    public async Task Orders_sent_by_redis_cli_are_handled_retried_and_dead_lettered()
    {
        await using var server = await RedisServer.StartAsync();
        var queue = FormattableString.Invariant($"redis://127.0.0.1:{server.Port}?stream=orders&values=typed&dead-letter=orders:dead");

        // Bodies of JSON, and flat entries as people write them by hand.
        await server.CliAsync("XADD", "orders", "*", "body", """{"type":"new_order","order_id":"A-1001","customer_id":"12345","total":150.00,"items":[{"sku":"lamp","quantity":1}]}""");
        await server.CliAsync("XADD", "orders", "*", "body", """{"type":"new_order","order_id":"A-1002","customer_id":"67890","total":89.90,"items":[{"sku":"desk","quantity":1}]}""");
        await server.CliAsync("XADD", "orders", "*", "type", "payment_confirmed", "order_id", "A-1001", "payment_id", "P-1", "amount", "150.00");
        await server.CliAsync("XADD", "orders", "*", "type", "order_status_update", "order_id", "A-0999", "status", "shipped", "tracking", "T-1");
        await server.CliAsync("XADD", "orders", "*", "type", "payment_confirmed", "order_id", "A-7777", "payment_id", "P-2", "amount", "-1");
        await server.CliAsync("XADD", "orders", "*", "type", "order_status_update", "order_id", "A-0998", "status", "returned");

        await using var worker = BuiltPrograms.StartCli(
            new Dictionary<string, string>(), "run", "--app", BuiltPrograms.Orders, "--queue", queue, "--until-empty", "--json");
        var code = await worker.EndsAsync();

        Assert.True(code == 3, $"exit code {code}:\n{worker.Said}");
        OrdersOutcome.Check(worker);
        Assert.Equal("0", (await server.CliAsync("XPENDING", "orders", "eventide")).Split('\n')[0]);

        // The dead letters, as redis-cli shows them: name and value of each field on lines of their own.
        var dead = await server.CliAsync("XRANGE", "orders:dead", "-", "+");
        Assert.Equal("2", await server.CliAsync("XLEN", "orders:dead"));
        Assert.Contains("eventide:attr:eventide-exception\nSystem.InvalidOperationException", dead, StringComparison.Ordinal);
        Assert.Contains("eventide:attr:eventide-handler\nPaymentConfirmedHandler", dead, StringComparison.Ordinal);
        Assert.Contains("eventide:attr:eventide-failure\nUnmatched", dead, StringComparison.Ordinal);
        Assert.Contains("A-7777", dead, StringComparison.Ordinal);
        Assert.Contains("A-0998", dead, StringComparison.Ordinal);
    }
}
