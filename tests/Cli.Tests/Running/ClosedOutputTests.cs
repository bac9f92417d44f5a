using Eventide.Cli.Tests.Support;

namespace Eventide.Cli.Tests.Running;

public sealed class ClosedOutputTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("{ eventide run --app $APP --queue file:in --dead-letter file:dead $MORE; echo $? > code; } | true")]
    [InlineData("{ eventide run --app $APP --queue file:in --dead-letter file:dead $MORE; echo $? > code; } | head -n 1")]
    [InlineData("eventide run --app $APP --queue file:in --dead-letter file:dead $MORE >&-; echo $? > code")]
    [InlineData("eventide run --app $APP --queue file:in --dead-letter file:dead $MORE >/dev/full; echo $? > code")]
    [InlineData("{ eventide run --app $APP --queue file:in --dead-letter file:dead $MORE; echo $? > code; } 2>&1 | true")]
    [InlineData("eventide run --app $APP --queue file:in --dead-letter file:dead $MORE >&- 2>&-; echo $? > code")]
    public async Task A_closed_standard_output_loses_no_message(string script)
    {
        // One log line for each dead letter: far more than fits into a pipe's buffer.
        _folder.Write("in", [.. Enumerable.Range(0, 300).Select(i => i % 2 == 0 ? """{"n":1}""" : """{"do":"throw"}""")]);
        foreach (var more in (string[])["", "--json"])
        {
            File.Delete(_folder["dead"]);
            File.Delete(_folder["record"]);
            using var shell = CliProcess.StartShell(script, new Dictionary<string, string>
            {
                ["APP"] = Built.TestHandlers,
                ["MORE"] = more,
                ["TEST_RECORD"] = _folder["record"],
            }, _folder.Path);
            shell.Input.Close();
            await shell.WaitAsync();

            Assert.Equal("3", Assert.Single(_folder.Lines("code")));
            Assert.Equal(150, _folder.Lines("record").Length);
            Assert.Equal(150, _folder.Lines("dead").Length);
        }
    }

    [Fact]
    public async Task Dead_letters_that_nobody_reads_are_not_counted_as_sent()
    {
        _folder.Write("in", """{"do":"throw"}""", """{"n":1}""");
        using var shell = CliProcess.StartShell(
            "{ eventide run --app $APP --queue file:in --dead-letter - ; echo $? > code; } | true",
            new Dictionary<string, string> { ["APP"] = Built.TestHandlers, ["TEST_RECORD"] = _folder["record"], ["EVENTIDE__RETRY__MAXBACKOFF"] = "00:00:00.010" },
            _folder.Path);
        shell.Input.Close();
        await Eventually.HoldsAsync(() => shell.Errors.Any(l => l.Contains("cannot be dead-lettered and stays in its queue", StringComparison.Ordinal)), "the failure to be told", () => shell.All);

        Assert.Single(_folder.Lines("record"));
        Assert.Empty(_folder.Lines("code"));
    }
}
