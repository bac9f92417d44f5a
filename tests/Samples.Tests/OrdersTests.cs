using System.Diagnostics;

namespace Eventide.Samples.Tests;

public sealed class OrdersTests
{
    [Fact]
    public async Task The_order_sample_ends_by_itself_and_tells_what_happened_to_each_message()
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", ["exec", Metadata.Of("Orders")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var reading = process.StandardOutput.ReadToEndAsync(late.Token);
        var errors = process.StandardError.ReadToEndAsync(late.Token);
        await process.WaitForExitAsync(late.Token);
        var output = await reading;

        Assert.True(process.ExitCode == 0, output + await errors);
        Assert.Equal("", await errors);

        // The one that fails twice and then succeeds.
        Assert.Matches(@"A-1002 new_order +attempt 1 of NewOrderHandler failed: WarehouseBusyException", output);
        Assert.Matches(@"A-1002 new_order +attempt 2 of NewOrderHandler failed: WarehouseBusyException", output);
        Assert.Matches(@"A-1002 new_order +comes again in \d+ ms", output);
        Assert.Matches(@"A-1002 new_order +done by NewOrderHandler at attempt 3", output);

        // The poison message, and the one that nothing matches.
        Assert.Matches(@"A-7777 payment_confirmed +is given up and goes to the dead letters", output);
        Assert.Matches(@"A-0998 order_status_update +goes to the dead letters: no handler's rules match", output);

        Assert.Matches(@"A-1001 new_order +done by NewOrderHandler", output);
        Assert.Matches(@"A-1001 payment_confirmed +done by PaymentConfirmedHandler", output);
        Assert.Matches(@"A-0999 order_status_update +done by OrderShipped", output);
        Assert.Contains("11 received (4 of them again), 5 succeeded, 5 attempts failed, 1 unmatched, 2 dead-lettered.", output, StringComparison.Ordinal);
    }
}
