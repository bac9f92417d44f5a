using Eventide.Cli.Tests.Support;

namespace Eventide.Cli.Tests.Commands;

public sealed class HandlersAndExplainTests
{
    [Fact]
    public async Task Handlers_are_listed_with_their_rules_and_retries()
    {
        var result = await CliProcess.RunAsync(["handlers", "--app", Built.Orders, "--json"]);

        Assert.True(result.Code == 0, result.ToString());
        var order = result.Json.Single(h => h.GetProperty("handler").GetString() == "NewOrderHandler");
        Assert.Equal("body.type == 'new_order'", order.GetProperty("rules")[0].GetString());
        Assert.Equal("Orders.WarehouseBusyException", order.GetProperty("retry_for")[0].GetString());
        Assert.Equal((3, 0.2, 2.0, 0), (
            order.GetProperty("retry_limit").GetInt32(),
            order.GetProperty("min_backoff_seconds").GetDouble(),
            order.GetProperty("max_backoff_seconds").GetDouble(),
            order.GetProperty("order").GetInt32()));
        Assert.Contains(result.Json, h => h.GetProperty("handler").GetString() == "OrderShipped");
    }

    [Fact]
    public async Task People_get_a_table()
    {
        var result = await CliProcess.RunAsync(["handlers", "--app", Built.Orders]);

        Assert.Contains(result.Output, l => l.Contains("PaymentConfirmedHandler", StringComparison.Ordinal) && l.Contains("body.type == 'payment_confirmed'", StringComparison.Ordinal));
        Assert.Equal("Dispatch: FirstMatch. Unmatched: DeadLetter.", result.Output[^1]);
    }

    [Fact]
    public async Task Explain_names_the_part_that_failed_and_the_value_found()
    {
        var result = await CliProcess.RunAsync(
            ["explain", "--app", Built.Orders, "--json"], "{\n  \"type\": \"order_status_update\",\n  \"status\": \"returned\"\n}\n");

        var message = Assert.Single(result.Json);
        Assert.Equal(0, message.GetProperty("handled_by").GetArrayLength());
        var rule = message.GetProperty("handlers").EnumerateArray().Single(h => h.GetProperty("handler").GetString() == "OrderShipped").GetProperty("rules")[0];
        Assert.Equal("body.status == 'shipped'", rule.GetProperty("failed_on").GetString());
        Assert.Equal("body.status = \"returned\"", rule.GetProperty("found").GetString());
    }

    [Fact]
    public async Task Explain_takes_a_message_a_line_and_names_the_handler()
    {
        using var folder = new Folder();
        var file = folder.Write("in", """{"type":"new_order"}""", "no json", """{"eventide":1,"attributes":{"a":"b"},"body":{"type":"payment_confirmed"}}""");

        var result = await CliProcess.RunAsync(["explain", "--app", Built.Orders, "--message", file]);

        Assert.Equal(
            ["  Handled by NewOrderHandler.", "  Unmatched: no handler takes it (policy DeadLetter).", "  Handled by PaymentConfirmedHandler."],
            result.Output.Where(l => l.StartsWith("  Handled", StringComparison.Ordinal) || l.StartsWith("  Unmatched", StringComparison.Ordinal)));
        Assert.Contains(result.Output, l => l.Contains("The body is not JSON", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Explain_leaves_out_handlers_of_other_queues_than_the_one_named()
    {
        using var folder = new Folder();
        var config = folder.Write("settings.json", """{ "Eventide": { "Queues": { "orders": { "Uri": "memory:o", "Unmatched": "Release" }, "refunds": { "Uri": "memory:r" } } } }""");
        string[] explain = ["explain", "--app", Built.TestHandlers, "--config", config];
        var noRecorder = new Dictionary<string, string> { ["TEST_CATCH_ALL"] = "none" };
        const string Message = """{"do":"refund"}""";

        var refunds = await CliProcess.RunAsync([.. explain, "--queue", "refunds"], Message, noRecorder);
        var orders = await CliProcess.RunAsync([.. explain, "--queue", "orders"], Message, noRecorder);
        var any = await CliProcess.RunAsync(explain, Message, noRecorder);

        Assert.Equal("  Handled by Refunder.", refunds.Output[^1]);
        Assert.Contains("  + Refunder", refunds.Output);
        Assert.Equal("  Unmatched: no handler takes it (policy Release).", orders.Output[^1]);
        Assert.DoesNotContain(orders.Output, l => l.Contains("Refunder", StringComparison.Ordinal));
        Assert.Contains("  + Refunder (of messages of refunds alone; see --queue)", any.Output);
    }

    [Fact]
    public async Task An_assembly_without_handlers_is_wrong_usage()
    {
        var result = await CliProcess.RunAsync(["handlers", "--app", Path.Combine(Path.GetDirectoryName(Built.Cli)!, "Spectre.Console.dll")]);

        Assert.Equal(2, result.Code);
        Assert.Contains("no handler is in it", Assert.Single(result.Errors), StringComparison.Ordinal);
    }
}
