using System.Text;

namespace Eventide.JmesPath.Tests.Evaluation;

public class ConcurrencyTests
{
    private const int Threads = 8;
    private const int Rounds = 2000;

    /// <summary>One compiled expression, many threads, each with documents of its own that give results of their own.</summary>
    [Fact]
    public async Task One_expression_serves_many_threads()
    {
        var expression = JmesPath.Parse(
            "{id: body.id, large: body.items[?qty > `1`].sku, sorted: sort_by(body.items, &qty)[*].qty, names: sort(keys(body)), twice: [body.id, body.id] | [0], "
            + "sum: sum(body.items[*].qty), text: join('-', body.items[].sku), merged: merge(body.user, `{\"x\":1}`), same: body.id == body.items[0].id}");
        using var start = new Barrier(Threads);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                Assert.True(start.SignalAndWait(TimeSpan.FromSeconds(30)));
                var document = new JmesDocument();
                for (var round = 0; round < Rounds; round++)
                {
                    var id = (thread * Rounds) + round;
                    var text = $$$"""{"body":{"id":{{{id}}},"items":[{"id":{{{id}}},"sku":"a{{{id}}}","qty":{{{(id % 7) + 2}}}},{"sku":"b{{{id}}}","qty":1}],"user":{"n":"u{{{id}}}"} } }""";
                    Assert.True(document.TryLoad(Encoding.UTF8.GetBytes(text), out _));
                    Assert.Equal(
                        $$$"""{"id":{{{id}}},"large":["a{{{id}}}"],"sorted":[1,{{{(id % 7) + 2}}}],"names":["id","items","user"],"twice":{{{id}}},"sum":{{{(id % 7) + 3}}},"text":"a{{{id}}}-b{{{id}}}","merged":{"n":"u{{{id}}}","x":1},"same":true}""",
                        expression.Evaluate(document.Root).ToJson());
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
    }

    /// <summary>One loaded document, with duplicate names that are found on first use, read by many threads.</summary>
    [Fact]
    public async Task One_document_is_read_by_many_threads()
    {
        var expression = JmesPath.Parse("[length(@), length(a), a.x, keys(a)]");
        for (var round = 0; round < 100; round++)
        {
            var root = Json.Read("""{"a":{"x":1,"y":2,"x":3},"b":0,"a":{"x":4,"x":5,"z":6}}""");
            using var start = new Barrier(Threads);
            var results = await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(
                () => start.SignalAndWait(TimeSpan.FromSeconds(30)) ? expression.Evaluate(root).ToJson() : "late",
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            Assert.All(results, result => Assert.Equal("""[2,2,5,["x","z"]]""", result));
        }
    }
}
