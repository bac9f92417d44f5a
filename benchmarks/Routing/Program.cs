// How the cost of finding a message's handler grows with the number of rules.
//   dotnet run -c Release --project benchmarks/Routing              by BenchmarkDotNet
//   dotnet run -c Release --project benchmarks/Routing -- --quick   the ratios in seconds: rounds in turn, the best of each
using System.Diagnostics;
using System.Globalization;
using BenchmarkDotNet.Running;
using Eventide.Benchmarks.Routing;

if (args is not ["--quick", ..])
{
    BenchmarkRunner.Run<RoutingBenchmarks>(args: args);
    return;
}

const int Rounds = 60;
const int Calls = 20_000;
var benchmarks = new RoutingBenchmarks();
(string Name, Func<int> Body)[] subjects =
[
    ("10 rules", benchmarks.Ten),
    ("10,000 rules", benchmarks.TenThousand),
    ("10,000 rules with a second test", benchmarks.TenThousandWithMore),
];
var best = subjects.Select(_ => double.MaxValue).ToArray();
for (var round = 0; round < Rounds; round++)
{
    for (var i = 0; i < subjects.Length; i++)
    {
        var started = Stopwatch.GetTimestamp();
        for (var call = 0; call < Calls; call++)
        {
            subjects[i].Body();
        }

        best[i] = Math.Min(best[i], Stopwatch.GetElapsedTime(started).TotalNanoseconds / Calls);
    }
}

for (var i = 0; i < subjects.Length; i++)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{subjects[i].Name,-34} {best[i],7:F0} ns  {best[i] / best[0]:F2} x 10 rules"));
}
