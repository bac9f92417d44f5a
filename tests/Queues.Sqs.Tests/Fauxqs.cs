using System.Diagnostics;
using System.Globalization;

[assembly: AssemblyFixture(typeof(Eventide.Queues.Sqs.Tests.Fauxqs))]

namespace Eventide.Queues.Sqs.Tests;

/// <summary>fauxqs 1.9.2, an SQS emulator, as a process of its own: one for all tests, each with its own queues. Found in
/// tests/servers (npm install there) or in the folder that EVENTIDE_FAUXQS names.</summary>
public sealed class Fauxqs : IAsyncLifetime
{
    private readonly List<Process> _processes = [];

    /// <summary>Why there is none, or <see langword="null"/>.</summary>
    public string? Missing { get; private set; }

    public int Port { get; private set; }

    public string Endpoint => $"http://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}";

    public async ValueTask InitializeAsync()
    {
        if (FindFolder() is not { } folder)
        {
            Missing = "fauxqs is not installed: run 'npm install --prefix tests/servers', or name its folder in EVENTIDE_FAUXQS";
            return;
        }

        try
        {
            (_, Port) = await StartAsync(folder, 0);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Missing = $"node cannot be started: {e.Message}";
        }
    }

    /// <summary>Skips the test where there is no fauxqs.</summary>
    public void Need() => Assert.SkipWhen(Missing is not null, Missing ?? "");

    /// <summary>Starts one more, for a test that stops it.</summary>
    public async Task<(Process Process, int Port)> StartAnotherAsync(int port = 0) => await StartAsync(FindFolder()!, port);

    public string Uri(string name, string options = "") => $"sqs:{name}?endpoint={Endpoint}{options}";

    /// <summary>Creates a queue of a name of its own.</summary>
    public async Task<string> CreateAsync(
        bool fifo = false, IReadOnlyDictionary<string, string>? attributes = null, string? name = null)
    {
        name ??= "q-" + Guid.NewGuid().ToString("N")[..12] + (fifo ? ".fifo" : "");
        var options = new SqsQueueOptions();
        foreach (var (key, value) in attributes ?? new Dictionary<string, string>())
        {
            options.CreateAttributes[key] = value;
        }

        await using var admin = await new SqsQueueProvider(options).OpenAdminAsync(QueueUri.Parse(Uri(name)), TestContext.Current.CancellationToken);
        Assert.True(await admin!.CreateAsync(TestContext.Current.CancellationToken));
        return name;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                process.StandardInput.Close();
                await process.WaitForExitAsync();
            }

            process.Dispose();
        }
    }

    private static string? FindFolder()
    {
        if (Environment.GetEnvironmentVariable("EVENTIDE_FAUXQS") is { Length: > 0 } named)
        {
            return named;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var servers = Path.Combine(folder.FullName, "tests", "servers");
            if (File.Exists(Path.Combine(servers, "fauxqs.mjs")))
            {
                return Directory.Exists(Path.Combine(servers, "node_modules", "fauxqs")) ? servers : null;
            }
        }

        return null;
    }

    private async Task<(Process Process, int Port)> StartAsync(string folder, int port)
    {
        var start = new ProcessStartInfo("node", ["fauxqs.mjs", port.ToString(CultureInfo.InvariantCulture)])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start)!;
        lock (_processes)
        {
            _processes.Add(process);
        }

        var line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
        return line?.Split(' ') is ["port", var text]
            ? (process, int.Parse(text, CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"fauxqs in {folder} did not start; it said '{line}'");
    }
}
