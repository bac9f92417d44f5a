using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Eventide.JmesPath.Benchmarks;

/// <summary>
/// The same methods without BenchmarkDotNet, in seconds: interleaved rounds, the best of each, for a look at ratios while working.
/// </summary>
internal static class Quick
{
    private const int Rounds = 60;
    private const int Calls = 20_000;

    public static int Run()
    {
        var benchmarks = new MessageBenchmarks();
        (string Name, Action Body)[] subjects =
        [
            ("JsonDocument.Parse", () => Repeat(benchmarks, static b => b.JsonDocumentParse())),
            ("hand-written reader", () => Repeat(benchmarks, static b => b.HandWrittenReader())),
            ("TryLoad", () => Repeat(benchmarks, static b => b.Load())),
            ("two members", () => Repeat(benchmarks, static b => b.TwoMembers())),
            ("string functions", () => Repeat(benchmarks, static b => b.StringFunctions())),
            ("filter", () => Repeat(benchmarks, static b => b.Filter())),
            ("projection", () => Repeat(benchmarks, static b => b.Projection())),
            ("sort_by", () => Repeat(benchmarks, static b => b.SortBy())),
        ];
        var best = new double[subjects.Length];
        Array.Fill(best, double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < subjects.Length; i++)
            {
                var start = Stopwatch.GetTimestamp();
                subjects[i].Body();
                best[i] = Math.Min(best[i], Stopwatch.GetElapsedTime(start).TotalNanoseconds / Calls);
            }
        }
        for (var i = 0; i < subjects.Length; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            subjects[i].Body();
            var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{subjects[i].Name,-20} {best[i],8:F0} ns  {best[i] / best[0],6:F2} x JsonDocument.Parse  {best[i] / best[1],6:F2} x hand-written  {bytes,5} B"));
        }
        return 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Repeat(MessageBenchmarks benchmarks, Action<MessageBenchmarks> body)
    {
        for (var i = 0; i < Calls; i++) body(benchmarks);
    }
}
