namespace Eventide.Core.Tests.Routing;

public sealed class ExplainTests
{
    [Theory]
    [InlineData("body.type == 'order' && body.total > 100", """{"type":"order","total":50}""", "body.total > 100", "body.total = 50")]
    [InlineData("body.type == 'order' && body.total > 100", """{"type":"refund","total":500}""", "body.type == 'order'", "body.type = \"refund\"")]
    [InlineData("body.user.verified == true", """{"user":{"name":"x"}}""", "body.user.verified == true", "body.user.verified = null (body.user has no member 'verified')")]
    [InlineData("body.user.verified == true", """{"user":"x"}""", "body.user.verified == true", "body.user.verified = null (body.user is string, which has no members)")]
    [InlineData("contains(body.tags, 'urgent')", """{"tags":["late"]}""", "contains(body.tags, 'urgent')", "body.tags = [\"late\"]")]
    [InlineData("body.a == 1 || body.b == 2", """{"a":3,"b":4}""", "body.a == 1 || body.b == 2", "body.a = 3, body.b = 4")]
    [InlineData("!(body.deleted)", """{"deleted":true}""", "!(body.deleted)", "body.deleted = true")]
    [InlineData("body.a == body.b", """{"a":1,"b":2}""", "body.a == body.b", "body.a = 1, body.b = 2")]
    public void The_part_that_decided_and_the_value_found_there_are_shown(string rule, string body, string failedOn, string found)
    {
        var explanation = Assert.Single(Explain(body, rule));
        Assert.False(explanation.Matches);
        var verdict = Assert.Single(explanation.Rules);
        Assert.Equal((false, failedOn, found, null), (verdict.Matches, verdict.FailedOn, verdict.Found, verdict.Error));
    }

    [Fact]
    public void A_rule_that_fails_on_the_message_says_where_and_why()
    {
        var verdict = Assert.Single(Assert.Single(Explain("""{"tags":5}""", "body.x == null && contains(body.tags, 'a')")).Rules);
        Assert.False(verdict.Matches);
        Assert.Contains("contains", verdict.Error);
        Assert.Contains("body.tags", verdict.FailedOn);
    }

    [Fact]
    public void A_rule_that_holds_needs_no_explanation()
    {
        var explanation = Assert.Single(Explain("""{"a":1}""", "body.a == 1"));
        Assert.True(explanation.Matches);
        Assert.Equal(new RuleExplanation("body.a == 1", true, null, null, null), Assert.Single(explanation.Rules));
    }

    [Fact]
    public void A_long_value_is_shortened()
    {
        var found = Assert.Single(Assert.Single(Explain($$"""{"a":"{{new string('x', 1000)}}"}""", "body.a == 'b'")).Rules).Found!;
        Assert.InRange(found.Length, 50, 200);
        Assert.EndsWith("…", found);
    }

    private static IReadOnlyList<RouteExplanation> Explain(string body, params string[] rules) =>
        new RoutingTable([new HandlerDescriptor("h", _ => _ => throw new NotSupportedException()) { Rules = rules }])
            .Explain(new Message("1", "q", System.Text.Encoding.UTF8.GetBytes(body)));
}
