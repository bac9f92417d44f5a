using FsCheck;
using FsCheck.Fluent;

namespace Eventide.Core.Tests.Routing;

public sealed class RoutingTableTests
{
    [Fact]
    public void Handlers_are_tried_by_order_then_as_registered()
    {
        var table = Table([Handler("late", 5), Handler("first", 0), Handler("second", 0), Handler("early", -1)]);
        Assert.Equal(["early", "first", "second", "late"], table.Routes.Select(r => r.Handler.Name));
        Assert.Equal("early", Match(table, "{}")[0].Handler.Name);
    }

    [Fact]
    public void A_lookup_does_not_change_who_comes_first()
    {
        var table = Table([
            Handler("by length", 0, "length(body.type) > 3"),
            Handler("by type", 0, "body.type == 'order'"),
            Handler("by status", -1, "body.status == 'new'"),
        ]);
        Assert.Equal("by length", Match(table, """{"type":"order"}""")[0].Handler.Name);
        Assert.Equal("by status", Match(table, """{"type":"order","status":"new"}""")[0].Handler.Name);
        Assert.Equal("by type", Match(Table([Handler("by length", 0, "length(body.type) > 9"), Handler("by type", 0, "body.type == 'order'")]), """{"type":"order"}""")[0].Handler.Name);
    }

    [Theory]
    [InlineData("""{"type":"t7"}""", "t7")]
    [InlineData("""{"type":"t\u0037"}""", "t7")]
    [InlineData("""{"type":"t1","type":"t7"}""", "t7")]
    [InlineData("""{"type":7}""", null)]
    [InlineData("""{"type":null}""", null)]
    [InlineData("""[]""", null)]
    [InlineData("""not json""", null)]
    public void Many_equality_rules_are_one_lookup_with_the_same_result(string body, string? expected)
    {
        var table = Table([.. Enumerable.Range(0, 1000).Select(i => Handler($"t{i}", 0, $"body.type == 't{i}'"))]);
        var result = Match(table, body);
        Assert.Equal(expected, result.Count == 0 ? null : result[0].Handler.Name);
    }

    [Fact]
    public void A_missing_member_equals_null()
    {
        var table = Table([Handler("none", 0, "body.deleted_at == null")]);
        Assert.Equal(1, Match(table, "{}").Count);
        Assert.Equal(1, Match(table, """{"deleted_at":null}""").Count);
        Assert.Equal(0, Match(table, """{"deleted_at":"now"}""").Count);
    }

    [Fact]
    public void Numbers_are_equal_by_value()
    {
        var table = Table([Handler("one", 0, "body.n == 1"), Handler("big", 0, "body.n == 9007199254740993")]);
        Assert.Equal("one", Match(table, """{"n":1.0}""")[0].Handler.Name);
        Assert.Equal("one", Match(table, """{"n":10e-1}""")[0].Handler.Name);
        Assert.Equal("big", Match(table, """{"n":9007199254740993}""")[0].Handler.Name);
        Assert.Equal(0, Match(table, """{"n":9007199254740992}""").Count);
    }

    [Fact]
    public void Every_member_of_the_message_document_can_be_asked_for()
    {
        var message = new Message("id-1", "orders", """{"a":1}"""u8.ToArray())
        {
            Attempt = 2,
            Group = "g",
            EnqueuedAt = new DateTimeOffset(2026, 11, 2, 9, 30, 0, TimeSpan.FromHours(1)),
            Attributes = new Dictionary<string, string> { ["tenant"] = "x", ["ключ"] = "y" },
        };
        foreach (var rule in new[]
        {
            "id == 'id-1'", "queue == 'orders'", "attempt == 2", "attempt > 1", "group == 'g'", "enqueued_at == '2026-11-02T08:30:00.000Z'",
            "attributes.tenant == 'x'", "attributes.\"ключ\" == 'y'", "attributes.other == null", "body.a == 1", "length(keys(@)) == 7", "contains(keys(attributes), 'tenant')",
        })
        {
            var document = new MessageDocument();
            document.Load(message);
            Assert.True(Table([Handler("h", 0, rule)]).Match(document, message).Count == 1, rule);
        }
    }

    [Fact]
    public void Several_rules_combine_as_the_handler_says()
    {
        var all = Table([new HandlerDescriptor("all", Never) { Rules = ["body.a == 1", "body.b == 2"], Match = Eventide.Match.All }]);
        var any = Table([new HandlerDescriptor("any", Never) { Rules = ["body.a == 1", "body.b == 2"], Match = Eventide.Match.Any }]);
        Assert.Equal((0, 1), (Match(all, """{"a":1}""").Count, Match(any, """{"a":1}""").Count));
        Assert.Equal((1, 1), (Match(all, """{"a":1,"b":2}""").Count, Match(any, """{"a":1,"b":2}""").Count));
        Assert.Equal((0, 0), (Match(all, "{}").Count, Match(any, "{}").Count));
    }

    [Fact]
    public void A_predicate_is_a_rule_and_one_that_throws_does_not_match()
    {
        var failures = new List<string>();
        var table = Table([
            new HandlerDescriptor("throws", Never) { Predicate = _ => throw new InvalidOperationException("no") },
            new HandlerDescriptor("both", Never) { Rules = ["body.a == 1"], Predicate = m => m.Attempt == 1 },
        ]);
        var message = Message("""{"a":1}""");
        var document = new MessageDocument();
        document.Load(message);
        var result = table.Match(document, message, (route, rule, _, error) => failures.Add($"{route.Handler.Name} {rule} {error}"));
        Assert.Equal("both", result[0].Handler.Name);
        Assert.Equal("throws (predicate) InvalidOperationException: no", Assert.Single(failures));
    }

    [Fact]
    public void All_rules_that_cannot_be_read_are_named_at_once_with_their_handlers()
    {
        var fault = Assert.Throws<RuleException>(() => Table([Handler("one", 0, "body.a =="), Handler("two", 0, "body.a == 1"), Handler("three", 0, "nosuch(body)")]));
        Assert.Equal(2, fault.Faults.Count);
        Assert.Contains("one", fault.Faults[0]);
        Assert.Contains("body.a ==", fault.Faults[0]);
        Assert.Contains("nosuch", fault.Faults[1]);
    }

    [Theory]
    [InlineData("!body.deleted", "!(body.deleted)")]
    [InlineData("body.a == 1 && !body.user.verified", "!(body.user.verified)")]
    public void A_not_before_a_path_is_refused_since_it_never_holds(string rule, string advice) =>
        Assert.Contains(advice, Assert.Single(Assert.Throws<RuleException>(() => Table([Handler("h", 0, rule)])).Faults));

    [Fact]
    public void A_body_behind_a_byte_order_mark_is_json()
    {
        byte[] body = [0xEF, 0xBB, 0xBF, .. """{"a":1}"""u8];
        var message = new Message("1", "q", body);
        var document = new MessageDocument();
        document.Load(message);
        Assert.Null(document.NotJson);
        Assert.True(message.IsJson);
        Assert.Equal(1, Table([Handler("h", 0, "body.a == 1")]).Match(document, message).Count);
    }

    /// <summary>The definition of the table: whatever it looks up, the result is that of trying rule by rule.</summary>
    [Fact]
    public void The_result_is_always_that_of_rule_by_rule()
    {
        var fields = new[] { "a", "b", "a.b", "c.d", "missing" };
        var literals = new[] { "'x'", "'y'", "1", "`1.0`", "2", "true", "null", "`[1]`", "`{\"d\":1}`" };
        var equality = from f in Gen.Elements(fields) from l in Gen.Elements(literals) from swap in Gen.Elements(true, false)
                       select swap ? $"{l} == body.{f}" : $"body.{f} == {l}";
        var other = Gen.Elements("body.a > 1", "body.a != 'x'", "contains(body.a, 'x')", "body.b", "!(body.a)", "length(body.c) > 0", "@", "body.c[?d == 1]");
        var atom = Gen.Frequency((3, equality), (1, other));
        var pair = from l in atom from r in atom from op in Gen.Elements("&&", "||") select $"{l} {op} {r}";
        var triple = from l in pair from r in atom from op in Gen.Elements("&&", "||") select $"({l}) {op} {r}";
        var rule = Gen.Frequency((4, atom), (3, pair), (2, triple));
        var handler = from rules in Gen.ListOf(rule) from any in Gen.Elements(true, false) from order in Gen.Choose(0, 3) from predicate in Gen.Frequency((6, Gen.Constant<bool?>(null)), (1, Gen.Elements<bool?>(true, false)))
                      select (rules.Take(3).ToArray(), any, order, predicate);
        var value = Gen.Elements("\"x\"", "\"y\"", "1", "1.0", "2", "true", "null", "[1]", "{\"b\":\"x\"}", "{\"d\":1}", "[{\"d\":1}]", "\"\\u0078\"");
        var document = from a in value from b in value from c in value from kind in Gen.Choose(0, 9)
                       select kind switch { 0 => "[]", 1 => "not json", 2 => $$"""{"a":{{a}}}""", _ => $$"""{"a":{{a}},"b":{{b}},"c":{{c}}}""" };
        var input = from handlers in Gen.ListOf(handler) from documents in Gen.ListOf(document) from mode in Gen.Elements(Enum.GetValues<DispatchMode>())
                    select (handlers, documents, mode);

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000).WithEndSize(30), Prop.ForAll(input.ToArbitrary(), x =>
        {
            var table = new RoutingTable(
                x.handlers.Select((h, i) => new HandlerDescriptor($"h{i}", Never) { Rules = h.Item1, Match = h.any ? Eventide.Match.Any : Eventide.Match.All, Order = h.order, Predicate = h.predicate is { } p ? _ => p : null }),
                x.mode);
            var reused = new MessageDocument();
            foreach (var body in x.documents)
            {
                var message = Message(body);
                reused.Load(message);
                var actual = Describe(table.Match(reused, message));
                var expected = Describe(table.MatchRuleByRule(reused, message));
                if (actual != expected)
                {
                    throw new InvalidOperationException($"{body}: {actual} instead of {expected} with {string.Join("; ", table.Routes.Select(r => r.Handler))}");
                }
            }
        }));
    }

    [Fact]
    public void Matching_allocates_nothing()
    {
        var table = Table([
            Handler("a", 0, "body.type == 'x' && body.total > 100"),
            Handler("b", 0, "contains(body.tags, 'late')"),
            Handler("c", 0, "attributes.tenant == 't' && starts_with(body.type, 'o')"),
        ]);
        var message = new Message("1", "q", """{"type":"order","total":150,"tags":["urgent"]}"""u8.ToArray()) { Attributes = new Dictionary<string, string> { ["tenant"] = "t" } };
        var document = new MessageDocument();
        var count = 0;
        for (var i = 0; i < 100; i++)
        {
            count += Once();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            count += Once();
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((0L, 1100), (allocated, count));

        int Once()
        {
            document.Load(message);
            var result = table.Match(document, message);
            document.Clear();
            return result.Count;
        }
    }

    private static MessageDelegate Never(IServiceProvider services) => _ => throw new NotSupportedException();

    private static HandlerDescriptor Handler(string name, int order, params string[] rules) => new(name, Never) { Order = order, Rules = rules };

    private static RoutingTable Table(HandlerDescriptor[] handlers) => new(handlers);

    private static Message Message(string body) => new("1", "q", System.Text.Encoding.UTF8.GetBytes(body));

    private static RouteResult Match(RoutingTable table, string body)
    {
        var message = Message(body);
        var document = new MessageDocument();
        document.Load(message);
        return table.Match(document, message);
    }

    private static string Describe(RouteResult result) =>
        string.Join(",", Enumerable.Range(0, result.Count).Select(i => result[i].Index))
        + (result.Ambiguous is null ? "" : " ambiguous " + string.Join(",", result.Ambiguous.Select(r => r.Index)));
}
