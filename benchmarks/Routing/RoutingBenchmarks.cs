using BenchmarkDotNet.Attributes;

namespace Eventide.Benchmarks.Routing;

/// <summary>What it costs to find the handler of a message among few rules and among many.</summary>
[MemoryDiagnoser]
public class RoutingBenchmarks
{
    private readonly MessageDocument _document = new();
    private readonly RoutingTable _ten = Table(10, i => $"body.type == 't{i}'");
    private readonly RoutingTable _tenThousand = Table(10_000, i => $"body.type == 't{i}'");
    private readonly RoutingTable _tenThousandWithMore = Table(10_000, i => $"body.type == 't{i}' && body.total > {i}");
    private readonly Message _message = new("1", "orders", """{"type":"t7","total":150,"priority":7,"customer_id":"12345","tags":["urgent","eu"],"user":{"verified":true},"order":{"id":"A-1","items":[{"sku":"x","qty":2},{"sku":"y","qty":1}]}}"""u8.ToArray());

    [Benchmark(Baseline = true, Description = "10 rules body.type == 'tN'")]
    public int Ten() => Match(_ten);

    [Benchmark(Description = "10,000 rules body.type == 'tN'")]
    public int TenThousand() => Match(_tenThousand);

    [Benchmark(Description = "10,000 rules body.type == 'tN' && body.total > N")]
    public int TenThousandWithMore() => Match(_tenThousandWithMore);

    private static RoutingTable Table(int count, Func<int, string> rule) => new(
        Enumerable.Range(0, count).Select(i => new HandlerDescriptor($"h{i}", _ => _ => HandlerResult.Done) { Rules = [rule(i)] }));

    private int Match(RoutingTable table)
    {
        _document.Load(_message);
        var result = table.Match(_document, _message);
        _document.Clear();
        return result.Count;
    }
}
