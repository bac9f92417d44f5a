using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Eventide.Cli.Tests.Support;

/// <summary>The real command as a process of its own.</summary>
internal sealed partial class CliProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task _reading;

    private CliProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput, Output), ReadAsync(_process.StandardError, Errors));
    }

    public ConcurrentQueue<string> Output { get; } = new();

    public ConcurrentQueue<string> Errors { get; } = new();

    public StreamWriter Input => _process.StandardInput;

    public bool HasExited => _process.HasExited;

    public string All => $"exit code {(HasExited ? _process.ExitCode : "none yet")}\n--- stdout\n{string.Join('\n', Output)}\n--- stderr\n{string.Join('\n', Errors)}";

    /// <summary>Starts <c>eventide</c>.</summary>
    public static CliProcess Start(string[] arguments, IReadOnlyDictionary<string, string>? environment = null, string? folder = null) =>
        StartProgram(Built.Dotnet, ["exec", Built.Cli, .. arguments], environment, folder);

    /// <summary>Starts a shell script in which <c>$EVENTIDE</c> is the command.</summary>
    public static CliProcess StartShell(string script, IReadOnlyDictionary<string, string>? environment = null, string? folder = null) =>
        StartProgram("/bin/sh", ["-c", $"eventide() {{ '{Built.Dotnet}' exec '{Built.Cli}' \"$@\"; }}; {script}"], environment, folder);

    /// <summary>Runs <c>eventide</c> to its end.</summary>
    public static async Task<CliResult> RunAsync(string[] arguments, string? input = null, IReadOnlyDictionary<string, string>? environment = null, string? folder = null)
    {
        using var process = Start(arguments, environment, folder);
        if (input is not null)
        {
            await process.Input.WriteAsync(input);
        }

        process.Input.Close();
        return await process.WaitAsync();
    }

    /// <summary>Waits for the end.</summary>
    public async Task<CliResult> WaitAsync()
    {
        using var late = new CancellationTokenSource(Eventually.Bound);
        try
        {
            await _process.WaitForExitAsync(late.Token);
            await _reading.WaitAsync(late.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The command did not end within {Eventually.Bound}: {All}");
        }

        return new CliResult(_process.ExitCode, [.. Output], [.. Errors]);
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(PosixSignal signal) => Assert.Equal(0, Kill(_process.Id, signal == PosixSignal.SIGINT ? 2 : 15));

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static CliProcess StartProgram(string program, string[] arguments, IReadOnlyDictionary<string, string>? environment, string? folder)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return new CliProcess(start);
    }

    private static async Task ReadAsync(StreamReader reader, ConcurrentQueue<string> lines)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lines.Enqueue(line);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}

/// <summary>How the command ended and what it wrote.</summary>
internal sealed record CliResult(int Code, string[] Output, string[] Errors)
{
    /// <summary>Every line of the output as the JSON object that it must be.</summary>
    public JsonElement[] Json => [.. Output.Select(line =>
    {
        var value = JsonDocument.Parse(line).RootElement;
        Assert.Equal(JsonValueKind.Object, value.ValueKind);
        return value;
    })];

    /// <summary>The last line of the output, which must be the summary.</summary>
    public JsonElement Summary
    {
        get
        {
            var last = Json[^1];
            Assert.Equal("summary", last.GetProperty("event").GetString());
            return last;
        }
    }

    public long Total(string name) => Summary.GetProperty(name).GetInt64();

    public override string ToString() => $"exit code {Code}\n--- stdout\n{string.Join('\n', Output)}\n--- stderr\n{string.Join('\n', Errors)}";
}
