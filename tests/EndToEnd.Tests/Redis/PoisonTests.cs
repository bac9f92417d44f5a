using System.Globalization;
using System.Text.Json;

namespace Eventide.EndToEnd.Tests.Redis;

/// <summary>1 % of 10,000 messages is poison: it goes to the dead letters, all else is handled, and what is cured comes back.</summary>
public sealed class PoisonTests
{
    private const int Count = 10_000;
    private const int Every = 100;
    private const int Poison = Count / Every;

    private static readonly Dictionary<string, string> Nothing = [];

    [Fact]
    public async Task Poison_is_dead_lettered_with_its_cause_and_redriven_when_it_is_cured()
    {
        await using var work = await RedisWork.StartAsync();
        await work.FillAsync(Count, Every);
        var first = work.StartWorker(new WorkerSettings(), null, "--until-empty");
        Assert.Equal(3, await first.EndsAsync(TimeSpan.FromMinutes(2)));

        // All poison, and nothing but poison.
        var poison = Enumerable.Range(1, Poison).Select(n => n * Every).ToList();
        Assert.Equal(Enumerable.Range(1, Count).Except(poison), work.Journals.Read().Select(h => h.Number).Order());
        var letters = await ListAsync(work);
        Assert.Equal(poison, letters.Select(l => l.GetProperty("body").GetProperty("n").GetInt32()).Order());
        Assert.Equal(0, await work.InFlightAsync());
        foreach (var letter in letters)
        {
            var number = letter.GetProperty("body").GetProperty("n").GetInt32();
            string Header(string name) => letter.GetProperty("attributes").GetProperty("eventide-" + name).GetString()!;
            Assert.Equal("RecordingHandler", Header("handler"));
            Assert.Equal("Exception", Header("failure"));
            Assert.Equal("EndToEnd.Handlers.PoisonException", Header("exception"));
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"number {number} cannot be handled"), Header("reason"), StringComparison.Ordinal);
            Assert.Equal(16, Header("stack-hash").Length);
            Assert.Equal("3", Header("attempts"));
            Assert.Equal("work", Header("source-queue"));
            Assert.Matches(@"^\d+-\d+$", Header("source-id"));
            Assert.True(
                DateTimeOffset.Parse(Header("first-failure"), CultureInfo.InvariantCulture) <= DateTimeOffset.Parse(Header("last-failure"), CultureInfo.InvariantCulture));
        }

        // A filter and a limit choose, a dry run moves nothing, a rate holds back.
        Assert.Equal(10, (await RedriveAsync(work, "--filter", "body.n <= 1000", "--dry-run")).GetProperty("would_redrive").GetInt32());
        Assert.Equal(10, (await RedriveAsync(work, "--filter", "body.n <= 1000")).GetProperty("redriven").GetInt32());
        Assert.Equal(5, (await RedriveAsync(work, "--limit", "5")).GetProperty("redriven").GetInt32());
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(20, (await RedriveAsync(work, "--limit", "20", "--rate", "10")).GetProperty("redriven").GetInt32());
        var paced = watch.Elapsed;
        Assert.InRange(paced.TotalSeconds, 1, double.MaxValue);
        Assert.Equal(Poison - 35, (await ListAsync(work)).Count);
        Assert.Equal(Poison - 35, (await RedriveAsync(work)).GetProperty("redriven").GetInt32());
        Assert.Empty(await ListAsync(work));

        var second = work.StartWorker(new WorkerSettings { IsCured = true }, null, "--until-empty");
        Assert.Equal(0, await second.EndsAsync());
        Assert.Equal(poison, work.Journals.Of(second.Id).Select(h => h.Number).Order());
        Assert.Equal(Count, work.Journals.Read().Count);
        Figures.Tell(string.Create(
            CultureInfo.InvariantCulture,
            $"{Count} messages, {letters.Count} poison: all of it dead-lettered after 3 attempts, none else; redriven by filter 10, by limit 5, 20 at 10/s in {paced.TotalSeconds:0.0} s, {Poison - 35} at once; all handled when cured"));
    }

    private static async Task<List<JsonElement>> ListAsync(RedisWork work) =>
        await JsonAsync("dlq", "list", "--queue", work.Uri(stream: "dead"), "--limit", "10000", "--json");

    private static async Task<JsonElement> RedriveAsync(RedisWork work, params string[] options) => Assert.Single(
        await JsonAsync(["dlq", "redrive", "--queue", work.Uri(stream: "dead"), "--to", work.Uri(), "--json", .. options]),
        line => line.TryGetProperty("event", out var name) && name.GetString() == "summary");

    private static async Task<List<JsonElement>> JsonAsync(params string[] arguments)
    {
        await using var program = BuiltPrograms.StartCli(Nothing, arguments);
        var code = await program.EndsAsync();
        Assert.True(code == 0, $"exit code {code}:\n{program.Said}");
        return [.. program.Output.Select(l => JsonSerializer.Deserialize<JsonElement>(l))];
    }
}
