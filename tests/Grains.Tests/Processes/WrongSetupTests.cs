using System.Net;
using System.Net.Sockets;

namespace Eventide.Orleans.Tests.Processes;

/// <summary>The silo program, set up wrongly: what it tells the person who starts it.</summary>
public sealed class WrongSetupTests
{
    [Theory]
    [InlineData("Silo:GatewayPort is 'abc'; expected a whole number. Silo:SiloPor is no setting", "--Silo:SiloPor", "1", "--Silo:GatewayPort", "abc")]
    [InlineData("EventideSilo:Partitionss is no setting; expected one of Partitions,", "--EventideSilo:Partitionss", "4")]
    [InlineData("Eventide:Retry:RetryLimit", "--Eventide:Retry:RetryLimit", "-7")]
    [InlineData("Silo:Apps names 'nowhere.dll'", "--Silo:Apps:0", "nowhere.dll")]
    public async Task A_wrong_setting_is_told_in_one_line_with_what_was_expected(string told, params string[] arguments) =>
        Assert.Contains(told, await FailAsync(["--Silo:GatewayPort", "0", .. arguments]), StringComparison.Ordinal);

    [Fact]
    public async Task A_port_that_is_taken_is_told_with_the_settings_that_choose_ports()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = $"{((IPEndPoint)taken.LocalEndpoint).Port}";
        Assert.Contains("Silo:SiloPort", await FailAsync("--Silo:SiloPort", port, "--Silo:GatewayPort", "0", "--Silo:Http", "http://127.0.0.1:0"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redis_server_that_cannot_be_reached_is_told() => Assert.Contains(
        "the redis-server of Silo:Redis cannot be reached",
        await FailAsync("--Silo:Redis", "127.0.0.1:1", "--Silo:SiloPort", "1", "--Silo:GatewayPort", "0", "--Silo:Http", "http://127.0.0.1:0"),
        StringComparison.Ordinal);

    private static async Task<string> FailAsync(params string[] arguments)
    {
        await using var program = RunningProgram.Start(
            "dotnet",
            new Dictionary<string, string>(StringComparer.Ordinal),
            [Path.Combine(AppContext.BaseDirectory, "Eventide.Silo.dll"), "--Eventide:Queue", "memory:work", .. arguments]);
        Assert.True(await program.EndsAsync() == 2, program.Said);
        return Assert.Single(program.Errors, line => line.StartsWith("eventide-silo: ", StringComparison.Ordinal));
    }
}
