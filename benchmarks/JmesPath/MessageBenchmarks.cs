using System.Text.Json;
using BenchmarkDotNet.Attributes;

namespace Eventide.JmesPath.Benchmarks;

/// <summary>From the text of a message to the verdict, or the result, of one expression.</summary>
[MemoryDiagnoser]
public class MessageBenchmarks
{
    public static readonly byte[] Message = """
        {"body":{"type":"order","total":150,"priority":7,"customer_id":"12345","tags":["urgent","eu"],"user":{"verified":true},"order":{"id":"A-1","items":[{"sku":"x","qty":2},{"sku":"y","qty":1}]}}}
        """u8.Trim((byte)'\n').ToArray();

    private readonly JmesDocument _document = new();
    private readonly JmesExpression _predicate = JmesPath.Parse("body.type == 'order' && body.total > `100`");
    private readonly JmesExpression _functions =
        JmesPath.Parse("contains(body.tags, 'eu') && starts_with(body.customer_id, '123') && ends_with(body.order.id, '1') && length(body.order.items) == `2`");
    private readonly JmesExpression _filter = JmesPath.Parse("body.order.items[?qty > `1`].sku");
    private readonly JmesExpression _projection = JmesPath.Parse("body.order.items[*].{sku: sku, qty: qty}");
    private readonly JmesExpression _sort = JmesPath.Parse("sort_by(body.order.items, &qty)[*].sku");

    [Benchmark(Baseline = true)]
    public void JsonDocumentParse() => JsonDocument.Parse(Message).Dispose();

    [Benchmark]
    public bool HandWrittenReader() => HandWritten.Check(Message);

    [Benchmark]
    public bool Load() => _document.TryLoad(Message, out _);

    [Benchmark]
    public bool TwoMembers() => _document.TryLoad(Message, out _) && _predicate.TryIsMatch(_document.Root, out var match, out _) && match;

    [Benchmark]
    public bool StringFunctions() => _document.TryLoad(Message, out _) && _functions.TryIsMatch(_document.Root, out var match, out _) && match;

    [Benchmark]
    public JmesValue Filter() => _document.TryLoad(Message, out _) ? _filter.Evaluate(_document.Root) : default;

    [Benchmark]
    public JmesValue Projection() => _document.TryLoad(Message, out _) ? _projection.Evaluate(_document.Root) : default;

    [Benchmark]
    public JmesValue SortBy() => _document.TryLoad(Message, out _) ? _sort.Evaluate(_document.Root) : default;
}
