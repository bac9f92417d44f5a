using System.Diagnostics;
using System.Globalization;

namespace Eventide.Orleans.Benchmarks;

/// <summary>A <see cref="Node"/> in a process of its own.</summary>
internal sealed class NodeProcess : IDisposable
{
    private readonly Process _process;

    public NodeProcess(string role, int port, string group, int concurrency, int batch)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,

            // As the silo program and a worker in a small container are.
            Environment = { ["DOTNET_gcServer"] = "0" },
        };
        foreach (var argument in new[] { "node", role, Text(port), group, Text(concurrency), Text(batch) })
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
    }

    /// <summary>Waits for an answer.</summary>
    public async Task<string[]> HearAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith('='))
            {
                return line[1..].Split(' ');
            }

            // A log line: worth seeing.
            Console.Error.WriteLine(line);
        }

        throw new InvalidOperationException("A process of the benchmark has ended.");
    }

    public async Task<string[]> AskAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
        return await HearAsync();
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
