namespace Eventide.Abstractions.Tests.Queues;

public sealed class QueueUriTests
{
    public static TheoryData<string, string, string, int?, string> Forms { get; } = new()
    {
        // text, scheme, host, port, path
        { "memory:orders", "memory", "", null, "orders" },
        { "MEMORY:Orders", "memory", "", null, "Orders" },
        { "memory:", "memory", "", null, "" },
        { "file:orders.ndjson", "file", "", null, "orders.ndjson" },
        { "file:a%20b%3F.ndjson", "file", "", null, "a b?.ndjson" },
        { "file:what?.ndjson", "file", "", null, "what?.ndjson" },
        { "file:../a:b", "file", "", null, "../a:b" },
        { "file:/var/orders", "file", "", null, "/var/orders" },
        { "file:///var/orders", "file", "", null, "var/orders" },
        { "-", "file", "", null, "-" },
        { "  memory:x\n", "memory", "", null, "x" },
        { "redis://localhost", "redis", "localhost", null, "" },
        { "redis://localhost:6379/0", "redis", "localhost", 6379, "0" },
        { "redis://localhost/a/b", "redis", "localhost", null, "a/b" },
        { "redis://[::1]", "redis", "::1", null, "" },
        { "redis://[2001:db8::7]:6380/1", "redis", "2001:db8::7", 6380, "1" },
        { "rediss://u:p@[::1]:1/", "rediss", "::1", 1, "" },
        { "https://sqs.eu-west-1.amazonaws.com/1/orders.fifo", "https", "sqs.eu-west-1.amazonaws.com", null, "1/orders.fifo" },
        { "cloudflare://023e105f/orders?wait=5s", "cloudflare", "023e105f", null, "orders" },
        { "x-my.queue+v2:q", "x-my.queue+v2", "", null, "q" },
        { "redis:///tmp/redis.sock", "redis", "", null, "tmp/redis.sock" },
        { "memory:Zoë%20🚀", "memory", "", null, "Zoë 🚀" },
        { "memory:100%", "memory", "", null, "100%" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_uri_is_taken_apart(string text, string scheme, string host, int? port, string path)
    {
        var uri = QueueUri.Parse(text);
        Assert.Equal((scheme, host, port, path), (uri.Scheme, uri.Host, uri.Port, uri.Path));
    }

    [Theory]
    [InlineData("redis://host", null, null)]
    [InlineData("redis://user@host", "user", null)]
    [InlineData("redis://user:pw@host", "user", "pw")]
    [InlineData("redis://:pw@host", null, "pw")]
    [InlineData("redis://user:@host", "user", "")]
    [InlineData("redis://u%3Aser:p%40%2F%25@host:1/", "u:ser", "p@/%")]
    [InlineData("redis://user:p@w@host", "user", "p@w")]
    [InlineData("redis://user:a:b@host:6379", "user", "a:b")]
    public void User_and_password_are_unescaped(string text, string? user, string? password)
    {
        var uri = QueueUri.Parse(text);
        Assert.Equal("host", uri.Host);
        Assert.Equal(user, uri.User);
        Assert.Equal(password, uri.Password);
    }

    [Fact]
    public void Options_are_unescaped_and_found_whatever_their_case()
    {
        var uri = QueueUri.Parse("redis://h?Stream=a%26b&group=x=y&&flag&empty=&n%20m=%31");
        Assert.Equal("a&b", uri.Options["stream"]);
        Assert.Equal("x=y", uri.Options["GROUP"]);
        Assert.Equal("", uri.Options["flag"]);
        Assert.Equal("", uri.Options["empty"]);
        Assert.Equal("1", uri.Options["n m"]);
        Assert.Equal(5, uri.Options.Count);
        Assert.Equal("b", QueueUri.Parse("file:a?x=b").Options["x"]);
        Assert.Empty(QueueUri.Parse("memory:a").Options);
    }

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("", "empty")]
    [InlineData(" \t", "empty")]
    [InlineData("orders", "'orders' is not a queue URI")]
    [InlineData(":orders", "scheme")]
    [InlineData("1redis://h", "scheme")]
    [InlineData("re dis://h", "scheme")]
    [InlineData("/var/x:y", "scheme")]
    [InlineData("redis://h:0", "'0'")]
    [InlineData("redis://h:65536/", "'65536'")]
    [InlineData("redis://h:", "port")]
    [InlineData("redis://h:-1", "port")]
    [InlineData("redis://h:+1", "port")]
    [InlineData("redis://::1", "brackets")]
    [InlineData("redis://fe80::1:6379/0", "brackets")]
    [InlineData("redis://[::1", "brackets")]
    [InlineData("redis://[::1]x", "port")]
    [InlineData("redis://[::1]:x", "port")]
    [InlineData("redis://[]", "IPv6")]
    [InlineData("redis://[host]", "IPv6")]
    [InlineData("redis://ho]st", "IPv6")]
    [InlineData("redis://h?a=1&A=2", "'A' stands twice")]
    [InlineData("redis://h?=1", "without a name")]
    [InlineData("memory:a\nb", "control character")]
    [InlineData("memory:a\0b", "control character")]
    public void What_is_no_uri_is_refused_with_what_was_expected(string? text, string named)
    {
        Assert.False(QueueUri.TryParse(text, out var uri, out var error));
        Assert.Null(uri);
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
        Assert.Equal(error, Assert.Throws<FormatException>(() => QueueUri.Parse(text!)).Message);
    }

    [Theory]
    [InlineData("redis://user:hunter2@host/0", "redis://user:***@host/0")]
    [InlineData("redis://:hunter2@[::1]:6379", "redis://:***@[::1]:6379")]
    [InlineData("redis://h?password=hunter2", "redis://h?password=***")]
    [InlineData("redis://h?PASSPHRASE=hunter2&stream=s", "redis://h?PASSPHRASE=***&stream=s")]
    [InlineData("cloudflare://a/q?token=hunter2", "cloudflare://a/q?token=***")]
    [InlineData("sqs://a/q?aws_secret_access_key=hunter2", "sqs://a/q?aws_secret_access_key=***")]
    [InlineData("sqs://a/q?accessKey=hunter2", "sqs://a/q?accessKey=***")]
    [InlineData("x:q?api-key=hunter2", "x:q?api-key=***")]
    [InlineData("x:q?to%6ben=hunter2", "x:q?to%6ben=***")]
    [InlineData("x:q?pwd=hunter2", "x:q?pwd=***")]
    [InlineData("x:q?Authorization=hunter2", "x:q?Authorization=***")]
    [InlineData("x:q?signature=hunter2", "x:q?signature=***")]
    [InlineData("x:q?credentials=hunter2", "x:q?credentials=***")]
    [InlineData("x:q?dead=redis%3A%2F%2F%3Ahunter2%40h", "x:q?dead=redis://:***@h")]
    [InlineData("x:q?dead=redis://u:hunter2@h", "x:q?dead=redis://u:***@h")]
    public void No_secret_is_shown(string text, string shown)
    {
        var uri = QueueUri.Parse(text);
        Assert.Equal(shown, uri.ToString());
        Assert.Equal(text, uri.Value);
    }

    [Theory]
    [InlineData("//user:hunter2@host")]
    [InlineData("redis//user:hunter2@host")]
    [InlineData("orders?token=hunter2")]
    [InlineData("redis://user:hunter2/rest@host")]
    [InlineData("redis://user:x:hunter2/rest@host")]
    [InlineData("redis://user:hunter2@host:port")]
    [InlineData("redis://user:hunter2@host:0")]
    [InlineData("redis://h?password=hunter2&password=hunter2")]
    [InlineData("redis://user:hunter2\n@host")]
    public void No_secret_is_shown_in_an_error(string text)
    {
        Assert.False(QueueUri.TryParse(text, out _, out var error));
        Assert.DoesNotContain("hunter2", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("memory:orders")]
    [InlineData("file:///var/orders.ndjson")]
    [InlineData("file:/var/a%20b")]
    [InlineData("redis://h")]
    [InlineData("redis://h/")]
    [InlineData("redis://[::1]:6379/0?stream=a%26b&flag")]
    [InlineData("memory:line%0Abreak")]
    public void A_uri_without_secrets_is_shown_as_written(string text)
    {
        var uri = QueueUri.Parse(text);
        Assert.Equal(text, uri.ToString());
        Assert.Equal(uri.Path, QueueUri.Parse(uri.ToString()).Path);
    }

    [Fact]
    public void Equality_is_that_of_the_text()
    {
        var a = QueueUri.Parse("memory:a");
        Assert.Equal(a, QueueUri.Parse("memory:a"));
        Assert.Equal(a.GetHashCode(), QueueUri.Parse("memory:a").GetHashCode());
        Assert.NotEqual(a, QueueUri.Parse("memory:b"));
        Assert.NotEqual(QueueUri.Parse("redis://:one@h"), QueueUri.Parse("redis://:two@h"));
        Assert.False(a.Equals((object?)null));
    }

    [Fact]
    public void No_text_makes_it_fail_otherwise_than_documented()
    {
        const string Alphabet = "ar:/@[]?&=%-0:1.\0\n é🚀*";
        var random = new Random(20261121);
        for (var i = 0; i < 200_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            if (QueueUri.TryParse(text, out var uri, out var error))
            {
                Assert.Null(error);
                Assert.DoesNotContain('\n', uri.ToString());
            }
            else
            {
                Assert.NotEmpty(error);
            }
        }
    }
}
