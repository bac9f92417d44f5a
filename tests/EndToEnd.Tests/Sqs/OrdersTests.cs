using Eventide.Queues.Sqs.Tests;

namespace Eventide.EndToEnd.Tests.Sqs;

/// <summary>The sample's handlers on fauxqs, fed by Amazon's own client for JavaScript.</summary>
public sealed class OrdersTests(Fauxqs server)
{
    [Fact]
    public async Task Orders_sent_by_a_client_that_is_not_ours_are_handled_retried_and_dead_lettered()
    {
        await using var work = await SqsWork.StartAsync(server);
        await work.SendAsync(
        [
            """{"type":"new_order","order_id":"A-1001","customer_id":"12345","total":150.00,"items":[{"sku":"lamp","quantity":1}]}""",
            """{"type":"new_order","order_id":"A-1002","customer_id":"67890","total":89.90,"items":[{"sku":"desk","quantity":1}]}""",
            """{"type":"payment_confirmed","order_id":"A-1001","payment_id":"P-1","amount":150.00}""",
            """{"type":"order_status_update","order_id":"A-0999","status":"shipped","tracking":"T-1"}""",
            """{"type":"payment_confirmed","order_id":"A-7777","payment_id":"P-2","amount":-1}""",
            """{"type":"order_status_update","order_id":"A-0998","status":"returned"}""",
        ]);

        // No dead-letter queue is named: it is the one of the redrive policy.
        var worker = work.StartWorker(new WorkerSettings { Lease = TimeSpan.FromSeconds(30) }, BuiltPrograms.Orders, "--until-empty");
        var code = await worker.EndsAsync();

        Assert.True(code == 3, $"exit code {code}:\n{worker.Said}");
        OrdersOutcome.Check(worker);
        Assert.Equal((0, 0), await work.CountAsync());
        var dead = (await work.TakeAsync(work.DeadName, 2)).OrderBy(l => l.GetProperty("body").GetString(), StringComparer.Ordinal).ToList();
        Assert.Equal(2, dead.Count);
        Assert.Contains("A-0998", dead[0].GetProperty("body").GetString(), StringComparison.Ordinal);
        Assert.Equal("Unmatched", dead[0].GetProperty("attributes").GetProperty("eventide-failure").GetString());
        Assert.Contains("A-7777", dead[1].GetProperty("body").GetString(), StringComparison.Ordinal);
    }
}
