using System.Globalization;
using Eventide.Benchmarks.Sqs;

namespace Eventide.Benchmarks.Engine;

/// <summary>The engine and sqs-consumer on one stub of SQS that never runs dry, a process of its own, by turns.</summary>
internal static class SqsComparison
{
    private static readonly string Other = Path.GetFullPath(Path.Combine(Side.Folder, "..", "Sqs"));

    public static async Task RunAsync(int milliseconds, int messages, int forThem, int warmUpSeconds, int rounds)
    {
        await RedisComparison.InstallAsync(Other, "sqs-consumer");
        var engine = new List<Side>();
        var consumer = new List<Side>();
        for (var round = 0; round < rounds; round++)
        {
            engine.Add(await MeasureAsync(milliseconds, "eventide", e => EngineDrain.RunAsync(
                $"sqs:bench?endpoint={e}",
                messages / 3,
                messages,
                o =>
                {
                    o.Concurrency = 100;
                    o.BufferSize = 200;
                })));
            consumer.Add(await MeasureAsync(milliseconds, "sqs-consumer", e => Side.RunAsync(
                "node", Path.Combine(Other, "consumer.mjs"), e, RedisComparison.Text(warmUpSeconds), RedisComparison.Text(forThem))));
        }

        var (our, their) = (RedisComparison.Median(engine), RedisComparison.Median(consumer));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"sqs, a stub that answers after {milliseconds} ms, median of {rounds}: eventide {our:N0}/s, sqs-consumer {their:N0}/s; ratio {our / their:0.0} (wanted: 5)"));
    }

    /// <summary>The stub, until the one that started it is gone; a line asks for the count.</summary>
    public static async Task ServeAsync(int milliseconds)
    {
        await using var stub = await StubServer.StartAsync(TimeSpan.FromMilliseconds(milliseconds));
        Console.WriteLine(stub.Endpoint);
        while (await Console.In.ReadLineAsync() is not null)
        {
            Console.WriteLine(stub.Deleted.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static async Task<Side> MeasureAsync(int milliseconds, string name, Func<string, Task<Side>> run)
    {
        using var stub = Side.Start(Environment.ProcessPath!, "stub", RedisComparison.Text(milliseconds));
        try
        {
            var endpoint = await stub.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("the stub did not start");
            var side = await run(endpoint);
            await stub.StandardInput.WriteLineAsync();
            var deleted = long.Parse((await stub.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);

            // The last batch may have been handled and not yet deleted when a side stops its clock.
            return deleted >= side.Handled - 100
                ? RedisComparison.Show(name, side)
                : throw new InvalidOperationException($"{name} says it handled {side.Handled}, but deleted {deleted}");
        }
        finally
        {
            stub.StandardInput.Close();
            await stub.WaitForExitAsync();
        }
    }
}
