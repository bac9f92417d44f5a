// dotnet run -c Release --project benchmarks/Engine [-- redis|sqs] [--messages N] [--jobs N] [--batch N] [--rounds N] [--latency MS]
//
// The one-process engine with a handler that does nothing, beside others on the same server, by turns in one run:
//   redis  a redis-server of its own: a bare loop of XREADGROUP and XACK at the same batch size, and BullMQ at concurrency 100
//   sqs    the stub of benchmarks/Sqs: sqs-consumer, on a stub that takes 20 ms as SQS does, and on one that answers at once
// It wants redis-server and node; npm installs the others' packages at the first run.
using System.Globalization;
using Eventide.Benchmarks.Engine;

// The stub asks for no real credentials.
Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "bench");
Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "bench");

var which = args.FirstOrDefault(a => !a.StartsWith('-'));
if (which == "stub")
{
    await SqsComparison.ServeAsync(int.Parse(args[1], CultureInfo.InvariantCulture));
    return;
}

var rounds = Option("--rounds", 5);
if (which is not "sqs")
{
    await RedisComparison.RunAsync(Option("--messages", 300_000), Option("--jobs", 30_000), Option("--batch", 500), rounds);
}

if (which is not "redis")
{
    var latency = Option("--latency", -1);
    foreach (var milliseconds in latency >= 0 ? [latency] : new[] { 20, 0 })
    {
        // One call at a time gets ten messages in 40 ms: fewer do for that side.
        await SqsComparison.RunAsync(milliseconds, milliseconds > 0 ? 20_000 : 60_000, milliseconds > 0 ? 2_000 : 20_000, 3, Math.Min(rounds, 3));
    }
}

int Option(string name, int otherwise)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;
}
