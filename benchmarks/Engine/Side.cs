using System.Diagnostics;
using System.Text.Json;

namespace Eventide.Benchmarks.Engine;

/// <summary>What one side of a comparison did.</summary>
/// <param name="Handled">Messages.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="CpuSeconds">The processor's time of its process, the server's not counted.</param>
internal sealed record Side(long Handled, double Seconds, double CpuSeconds)
{
    /// <summary>Messages a second.</summary>
    public double Rate => Handled / Seconds;

    /// <summary>Microseconds of processor a message.</summary>
    public double CpuMicroseconds => CpuSeconds * 1e6 / Handled;

    /// <summary>Runs a side that is a program of its own and tells its figures as its first line, in JSON.</summary>
    public static async Task<Side> RunAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var line = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"{program} {arguments[0]} said nothing");
        await process.WaitForExitAsync();
        using var result = JsonDocument.Parse(line);
        double Take(string key) => result.RootElement.GetProperty(key).GetDouble();
        return new Side((long)Take("handled"), Take("seconds"), Take("cpuSeconds"));
    }

    /// <summary>Starts a program in this folder.</summary>
    public static Process Start(string program, params string[] arguments) => Process.Start(new ProcessStartInfo(program, arguments)
    {
        WorkingDirectory = Folder,
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        Environment = { ["NODE_NO_WARNINGS"] = "1" },
    })!;

    /// <summary>The folder of the other sides' programs: benchmarks/Engine.</summary>
    public static string Folder { get; } = FindFolder();

    private static string FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var here = Path.Combine(folder.FullName, "benchmarks", "Engine");
            if (File.Exists(Path.Combine(here, "bullmq.mjs")))
            {
                return here;
            }
        }

        throw new DirectoryNotFoundException("benchmarks/Engine is not above this program; run it from the repository.");
    }
}
