// dotnet run -c Release --project benchmarks/Orleans [messages] [concurrency] [rounds]
//   one silo with a memory queue and an empty handler, beside bare calls of a stateless worker in the same process
// dotnet run -c Release --project benchmarks/Orleans -- --redis [--messages N] [--rounds N] [--concurrency N] [--batch N]
//   two silo processes on one redis-server of this program's own: clustering, and the stream with the messages. Beside, by turns in
//   the same run: bare calls in both processes at once, one silo, one process without Orleans, two of those, and a bare loop of
//   XREADGROUP and XACK.
using System.Globalization;
using Eventide.Orleans.Benchmarks;

if (args is ["node", var role, var port, var group, var concurrency, var batch])
{
    await Node.RunAsync(role, Number(port), group, Number(concurrency), Number(batch));
}
else if (args.Contains("--redis"))
{
    await TwoSilos.RunAsync(Option("--messages", 300_000), Option("--rounds", 5), Option("--concurrency", 32), Option("--batch", 500));
}
else
{
    await OneSilo.RunAsync(args.Length > 0 ? Number(args[0]) : 200_000, args.Length > 1 ? Number(args[1]) : 32, args.Length > 2 ? Number(args[2]) : 5);
}

int Option(string name, int otherwise)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? Number(args[at + 1]) : otherwise;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
