using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using StackExchange.Redis;

namespace Eventide.Orleans.Tests.Processes;

/// <summary>Silo processes on one redis-server: clustering, grain directory, storage, reminders and the queue itself.</summary>
public sealed class SiloProcessTests
{
    private const int Total = 3000;

    [Fact]
    public async Task Processes_killed_and_terminated_lose_nothing_on_Redis()
    {
        var redisServer = Array.Find(["/usr/bin/redis-server", "/usr/local/bin/redis-server"], File.Exists);
        Assert.SkipWhen(redisServer is null, "there is no redis-server on this machine");
        var folder = Directory.CreateTempSubdirectory("eventide-silos").FullName;
        var log = Path.Combine(folder, "done");
        var processes = new ConcurrentBag<Process>();
        try
        {
            var redisPort = FreePort();
            var redis = Start(redisServer!, ["--port", $"{redisPort}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
            await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{redisPort},abortConnect=false,connectTimeout=20000");
            var database = connection.GetDatabase();
            await Wait.UntilAsync(() => connection.IsConnected, "redis-server answers");
            await database.StreamCreateConsumerGroupAsync("work", "g", "0");

            var first = await StartSiloAsync();
            var second = await StartSiloAsync();
            await SendAsync(0, Total / 3);
            await Wait.UntilAsync(() => Done().Length > Total / 10 && Logs().Length == 2, "both silos work", 60, State);

            first.Process.Kill();
            var third = await StartSiloAsync();
            await SendAsync(Total / 3, Total / 3);
            await Wait.UntilAsync(() => File.Exists($"{log}.{third.Process.Id}"), "the new silo works", 60, State);

            // SIGTERM: it leaves the queue, lets its handlers end, then leaves the cluster.
            Assert.Equal(0, kill(second.Process.Id, 15));
            await SendAsync(2 * Total / 3, Total - (2 * Total / 3));
            Assert.True(second.Process.WaitForExit(40_000), "the silo ends by itself");
            Assert.Equal(0, second.Process.ExitCode);
            var doneByTerminated = File.ReadAllLines($"{log}.{second.Process.Id}");
            Assert.Equal(doneByTerminated.Length, doneByTerminated.Distinct().Count());

            await Wait.UntilAsync(() => Done().Distinct().Count() == Total, "every message is done", 90, State);
            await Wait.UntilAsync(async () => (await database.StreamPendingAsync("work", "g")).PendingMessageCount == 0, "every message is acknowledged", 30);

            // What the killed one had in flight, and what it had done without having told: bounded by its concurrency and buffer.
            var repeated = Done().Length - Total;
            TestContext.Current.SendDiagnosticMessage($"{repeated} of {Total} messages were repeated after kill -9");
            Assert.InRange(repeated, 0, 16 + 32 + 64);

            async Task SendAsync(int start, int count)
            {
                var batch = Enumerable.Range(start, count).Select(n => database.StreamAddAsync("work", "body", $"{{\"n\":{n}}}"));
                await Task.WhenAll(batch);
            }

            async Task<(Process Process, string Http)> StartSiloAsync()
            {
                var http = $"http://127.0.0.1:{FreePort()}";
                var process = Start("dotnet", [
                    Path.Combine(AppContext.BaseDirectory, "Eventide.Silo.dll"),
                    "--Silo:Apps:0", typeof(RecordingHandler).Assembly.Location,
                    "--Silo:Redis", $"127.0.0.1:{redisPort}",
                    "--Silo:SiloPort", $"{FreePort()}", "--Silo:GatewayPort", "0", "--Silo:Http", http,
                    "--Eventide:Queue", $"redis://127.0.0.1:{redisPort}/0?stream=work&group=g",
                    "--Eventide:Lease", "00:00:04",
                    "--EventideSilo:BackstopDelay", "00:00:05",
                ], log);
                using var client = new HttpClient();
                await Wait.UntilAsync(
                    async () =>
                    {
                        Assert.False(process.HasExited, "the silo starts");
                        try
                        {
                            return (await client.GetAsync(new Uri($"{http}/health/ready"))).StatusCode == HttpStatusCode.OK;
                        }
                        catch (HttpRequestException)
                        {
                            return false;
                        }
                    },
                    "the silo is ready",
                    60);
                return (process, http);
            }

            string State() => $"{Done().Distinct().Count()} done, by {Logs().Length} silos";
        }
        finally
        {
            foreach (var process in processes)
            {
                if (!process.HasExited)
                {
                    process.Kill();
                }

                process.Dispose();
            }

            Directory.Delete(folder, recursive: true);
        }

        string[] Logs() => Directory.GetFiles(folder, "done.*");

        string[] Done() => [.. Logs().SelectMany(File.ReadAllLines)];

        Process Start(string program, string[] arguments, string? log = null)
        {
            var info = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
            info.Environment["EVENTIDE_TEST_LOG"] = log;
            var process = Process.Start(info)!;
            process.OutputDataReceived += (_, _) => { };
            process.BeginOutputReadLine();
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            processes.Add(process);
            return process;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);
}
