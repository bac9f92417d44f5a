using System.Text;

namespace Eventide.JmesPath.Tests.Evaluation;

public class AllocationTests
{
    private const string Message = """
        {"body":{"type":"order","total":150.5,"priority":7,"customer_id":"12345","tags":["urgent","eu"],"user":{"verified":true,"name":"J\u00fcrgen \ud834\udd1e"},
        "order":{"id":"A-1","items":[{"sku":"x","qty":2},{"sku":"y","qty":1}]}}}
        """;

    [Theory]
    [InlineData("body.type == 'order' && body.total > `100`", true)]
    [InlineData("body.type != 'order' || body.priority <= `7`", true)]
    [InlineData("body.total == `150.5`", true)]
    [InlineData("!(body.user.verified == `true`)", false)]
    [InlineData("body.user.name == 'J\u00fcrgen \U0001D11E'", true)]
    [InlineData("contains(body.user.name, '\u00fcrg')", true)]
    [InlineData("contains(body.tags, 'eu')", true)]
    [InlineData("contains(body.customer_id, '234') && starts_with(body.customer_id, '123') && ends_with(body.order.id, '-1')", true)]
    [InlineData("length(body.tags) == `2` && length(body.type) == `5` && length(body.user) == `2` && length(body.user.name) == `8`", true)]
    [InlineData("body.order.items[0].qty > `1` && body.order.items[-1].sku == 'y'", true)]
    [InlineData("body.order == `{\"id\":\"A-1\",\"items\":[{\"qty\":2,\"sku\":\"x\"},{\"sku\":\"y\",\"qty\":1.0}]}`", true)]
    [InlineData("body.missing.field == `null`", true)]
    public void Predicates_allocate_nothing_from_text_to_verdict(string expression, bool expected)
    {
        var compiled = JmesPath.Parse(expression);
        var text = Encoding.UTF8.GetBytes(Message);
        var document = new JmesDocument();
        Assert.Equal(0, Measure(() =>
        {
            Assert.True(document.TryLoad(text, out _));
            Assert.True(compiled.TryIsMatch(document.Root, out var match, out _));
            Assert.True(match == expected);
        }));
    }

    [Fact]
    public void A_rule_that_fails_allocates_nothing()
    {
        var compiled = JmesPath.Parse("body.total && length(body.total) > `1`");
        var document = JmesDocument.Parse(Encoding.UTF8.GetBytes(Message));
        Assert.Equal(0, Measure(() => Assert.False(compiled.TryIsMatch(document.Root, out _, out _))));
    }

    [Fact]
    public void Hashing_and_comparing_computed_strings_with_the_text_allocates_nothing()
    {
        var document = JmesDocument.Parse(Encoding.UTF8.GetBytes(Message));
        var name = JmesPath.Parse("body.user.name").Evaluate(document.Root);
        var expected = JmesValue.FromString("J\u00fcrgen \U0001D11E");
        Assert.Equal(0, Measure(() => Assert.True(name.GetHashCode() == expected.GetHashCode() && name.Equals(expected))));
    }

    private static long Measure(Action action)
    {
        for (var i = 0; i < 200; i++) action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 200; i++) action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
