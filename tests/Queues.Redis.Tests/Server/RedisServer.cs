using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Eventide.Queues.Redis.Tests.Server;

/// <summary>A redis-server of a test's own, on loopback, its data in a directory of its own. Can be killed and started again.
/// EVENTIDE_TEST_REDIS names another server program to test against.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private static readonly string? Program = Find(Environment.GetEnvironmentVariable("EVENTIDE_TEST_REDIS") ?? "redis-server");

    private readonly string[] _arguments;
    private readonly List<string> _output = [];
    private Process? _process;

    private RedisServer(string[] arguments)
    {
        _arguments = arguments;
        Directory = System.IO.Directory.CreateTempSubdirectory("eventide-redis-").FullName;
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Port = ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public int Port { get; }

    public string Directory { get; }

    public string SocketPath => Path.Combine(Directory, "redis.sock");

    public RedisServerOptions Options => new() { Host = "127.0.0.1", Port = Port };

    /// <summary>Starts a server; skips the test where none is installed.</summary>
    public static async Task<RedisServer> StartAsync(params string[] arguments)
    {
        Assert.SkipWhen(Program is null, "redis-server is not installed; test.sh installs it.");
        var server = new RedisServer(arguments);
        try
        {
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the server on its old port with its old data.</summary>
    public async Task StartAgainAsync()
    {
        var start = new ProcessStartInfo(Program!) { WorkingDirectory = Directory, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        string[] own =
        [
            "--bind", "127.0.0.1", "--port", Port.ToString(System.Globalization.CultureInfo.InvariantCulture), "--dir", Directory, "--save", "",
            "--appendonly", "yes", "--appendfsync", "always", "--unixsocket", SocketPath,
        ];
        foreach (var argument in own.Concat(_arguments))
        {
            start.ArgumentList.Add(argument.Replace("{dir}", Directory, StringComparison.Ordinal));
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, e) => Note(e.Data);
        _process.ErrorDataReceived += (_, e) => Note(e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventide.Tests.Eventually.IsTrue(async () =>
        {
            Assert.False(_process.HasExited, $"redis-server ended: {string.Join('\n', _output)}");
            try
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, Port);
                lock (_output)
                {
                    // Accepting comes before the data is read; a server that is loading refuses.
                    return _output.Any(l => l.Contains("Ready to accept", StringComparison.Ordinal));
                }
            }
            catch (SocketException)
            {
                return false;
            }
        });
    }

    /// <summary>Ends the server as a power cut does.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            _process = null;
            lock (_output)
            {
                _output.Clear();
            }
        }
    }

    /// <summary>Runs redis-cli, as someone who does not use Eventide would.</summary>
    public async Task<string> CliAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("redis-cli") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add("-s");
        start.ArgumentList.Add(SocketPath);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (output + await error).Trim();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private static string? Find(string program) => Path.IsPathRooted(program)
        ? program
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(d => Path.Combine(d, program)).FirstOrDefault(File.Exists);

    private void Note(string? line)
    {
        if (line is not null)
        {
            lock (_output)
            {
                _output.Add(line);
            }
        }
    }
}
